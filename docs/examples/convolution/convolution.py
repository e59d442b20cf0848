"""The same convolution from Python, by ctypes on oneDNN's C API: winodnn run -- python3 convolution.py [libdnnl.so.3]

Functions are looked up in the process, ctypes.CDLL(None), where whatever is preloaded comes first. In oneDNN's own handle,
ctypes.CDLL("libdnnl.so.3"), calls would go past winodnn."""

import ctypes
import sys

U8, S8, ANY = 6, 5, 1
CPU, IN_ORDER, FORWARD_INFERENCE, DIRECT, IMPL_INFO_STR, WEIGHTS_MD = 1, 1, 96, 1, 8, 131
SRC, DST, WEIGHTS = 1, 17, 33
AVX2 = 0x7 # dnnl_cpu_isa_avx2

ctypes.CDLL(sys.argv[1] if len(sys.argv) > 1 else "libdnnl.so.3", mode=ctypes.RTLD_GLOBAL)
dnnl = ctypes.CDLL(None)


class Argument(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_int), ("memory", ctypes.c_void_p)]


def call(name, *arguments):
    if status := getattr(dnnl, "dnnl_" + name)(*arguments):
        sys.exit(f"dnnl_{name}: status {status}")


def new(name, *arguments):
    created = ctypes.c_void_p()
    call(name, ctypes.byref(created), *arguments)
    return created


def int64s(*values):
    return (ctypes.c_int64 * 12)(*values)


def execute(primitive, **memories):
    numbers = {"src": SRC, "dst": DST, "weights": WEIGHTS}
    arguments = [Argument(numbers[name], memory.value) for name, memory in memories.items()]
    call("primitive_execute", primitive, stream, len(arguments), (Argument * len(arguments))(*arguments))
    call("stream_wait", stream)


# The cap under which every machine's direct convolution is slower, so that the example shows something everywhere.
call("set_max_cpu_isa", AVX2)
engine = new("engine_create", CPU, ctypes.c_size_t(0))
stream = new("stream_create", engine, IN_ORDER)
nhwc = new("memory_desc_create_with_strides", 4, int64s(1, 64, 28, 28), U8, int64s(64 * 28 * 28, 1, 64 * 28, 64))
oihw = new("memory_desc_create_with_strides", 4, int64s(64, 64, 3, 3), S8, int64s(64 * 9, 9, 3, 1))
anyhow = new("memory_desc_create_with_tag", 4, int64s(64, 64, 3, 3), S8, ANY)
pair = int64s(1, 1)
desc = new("convolution_forward_primitive_desc_create", engine, FORWARD_INFERENCE, DIRECT, nhwc, anyhow, None, nhwc, pair, None,
           pair, pair, None)

dnnl.dnnl_primitive_desc_query_md.restype = ctypes.c_void_p
packed_desc = ctypes.c_void_p(dnnl.dnnl_primitive_desc_query_md(desc, WEIGHTS_MD, 0))
src_values = ctypes.create_string_buffer(b"\1" * (64 * 28 * 28))
weights_values = ctypes.create_string_buffer(bytes(range(1, 10)), 64 * 64 * 9) # 1 to 9 on the first channel
dst_values = ctypes.create_string_buffer(64 * 28 * 28)
src = new("memory_create", nhwc, engine, src_values)
dst = new("memory_create", nhwc, engine, dst_values)
plain = new("memory_create", oihw, engine, weights_values)
packed = new("memory_create", packed_desc, engine, ctypes.c_void_p(-1)) # allocated by oneDNN

reorder = new("reorder_primitive_desc_create", oihw, engine, packed_desc, engine, None)
execute(new("primitive_create", reorder), src=plain, dst=packed)
execute(new("primitive_create", desc), src=src, weights=packed, dst=dst)

implementation = ctypes.c_char_p()
call("primitive_desc_query", desc, IMPL_INFO_STR, 0, ctypes.byref(implementation))
inside = dst_values.raw[(28 + 1) * 64] # where no padding is seen: 1 + 2 + ... + 9
print(f"{implementation.value.decode()}: {inside}")
sys.exit(0 if implementation.value.startswith(b"wino:") and inside == 45 else 1)
