"""oneDNN from Python, by ctypes alone. Arguments: libdnnl, and where functions are looked up: process or library."""

import ctypes
import sys

S8, U8, CPU, FORWARD_INFERENCE, WINOGRAD, IMPL_INFO_STR = 5, 6, 1, 96, 2, 8
ANY = 1


def main(path, scope):
    library = ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
    dnnl = ctypes.CDLL(None) if scope == "process" else library
    engine, descriptor, name = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_char_p()

    def check(status):
        if status != 0:
            print("refused", status)
            sys.exit(0)

    def dims(*values):
        return (ctypes.c_int64 * 12)(*values)

    def desc(data_type, shape, strides=None):
        result = ctypes.c_void_p()
        if strides is None:
            check(dnnl.dnnl_memory_desc_create_with_tag(ctypes.byref(result), len(shape), dims(*shape), data_type, ANY))
        else:
            check(dnnl.dnnl_memory_desc_create_with_strides(
                ctypes.byref(result), len(shape), dims(*shape), data_type, dims(*strides)))
        return result

    check(dnnl.dnnl_engine_create(ctypes.byref(engine), CPU, ctypes.c_size_t(0)))
    image = (1, 64, 12, 12)
    nhwc = (64 * 144, 1, 64 * 12, 64)
    check(dnnl.dnnl_convolution_forward_primitive_desc_create(
        ctypes.byref(descriptor), engine, FORWARD_INFERENCE, WINOGRAD, desc(U8, image, nhwc),
        desc(S8, (64, 64, 3, 3)), None, desc(U8, image, nhwc), dims(1, 1), None, dims(1, 1), dims(1, 1), None))
    check(dnnl.dnnl_primitive_desc_query(descriptor, IMPL_INFO_STR, 0, ctypes.byref(name)))
    print("impl", name.value.decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
