"""As much of oneDNN's C API as one convolution takes, by ctypes. For processes of their own, which end before anything
needs to be released."""

import ctypes

U8, S8, F32 = 6, 5, 3
CPU, IN_ORDER = 1, 1
FORWARD_INFERENCE, DIRECT, WINOGRAD, RELU = 96, 1, 2, 32
IMPL_INFO_STR, SRC_MD, WEIGHTS_MD, DST_MD = 8, 129, 131, 133
SRC, DST, WEIGHTS, BIAS, SCALES = 1, 17, 33, 41, 1 << 12
ANY = 1
ALLOCATE = ctypes.c_void_p(-1)
RUNTIMES = {1: "sequential", 2: "OpenMP", 4: "oneTBB", 8: "threadpool", 512: "SYCL"}
STATUSES = {1: "out of memory", 2: "invalid arguments", 3: "unimplemented", 4: "last implementation reached",
            5: "runtime error", 6: "not required"}


TYPES = {"u8": U8, "s8": S8}


class Refused(RuntimeError):
    """A status of oneDNN's other than success."""


class Version(ctypes.Structure):
    _fields_ = [("major", ctypes.c_int), ("minor", ctypes.c_int), ("patch", ctypes.c_int), ("hash", ctypes.c_char_p),
                ("cpu_runtime", ctypes.c_uint), ("gpu_runtime", ctypes.c_uint)]


class Argument(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_int), ("memory", ctypes.c_void_p)]


def version_of(library):
    library.dnnl_version.restype = ctypes.POINTER(Version)
    found = library.dnnl_version().contents
    return {"version": f"{found.major}.{found.minor}.{found.patch}", "major": found.major,
            "runtime": RUNTIMES.get(found.cpu_runtime, str(found.cpu_runtime))}


class OneDnn:
    """Functions are looked up in the process, not in the library: whoever is preloaded comes first."""

    def __init__(self, path):
        self.library = ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
        self._process = ctypes.CDLL(None)
        self.engine = self.new("engine_create", CPU, ctypes.c_size_t(0))
        self.stream = self.new("stream_create", self.engine, IN_ORDER)

    def call(self, name, *arguments):
        status = getattr(self._process, "dnnl_" + name)(*arguments)
        if status != 0:
            raise Refused(f"dnnl_{name}: {STATUSES.get(status, status)}")

    def new(self, name, *arguments):
        """The object that a function returns through its first argument."""
        created = ctypes.c_void_p()
        self.call(name, ctypes.byref(created), *arguments)
        return created

    def desc(self, data_type, dims, strides=None):
        """Without strides: any format."""
        if strides is None:
            return self.new("memory_desc_create_with_tag", len(dims), int64s(dims), data_type, ANY)
        return self.new("memory_desc_create_with_strides", len(dims), int64s(dims), data_type, int64s(strides))

    def memory(self, desc, content=b""):
        """Allocated by oneDNN, as it likes it to be aligned, and filled."""
        created = self.new("memory_create", desc, self.engine, ALLOCATE)
        if content:
            ctypes.memmove(self._address(created), content, len(content))
        return created

    def content(self, memory, size):
        return ctypes.string_at(self._address(memory), size)

    def _address(self, memory):
        address = ctypes.c_void_p()
        self.call("memory_get_data_handle", memory, ctypes.byref(address))
        return address

    def query_desc(self, primitive_desc, query):
        function = self._process.dnnl_primitive_desc_query_md
        function.restype = ctypes.c_void_p
        return ctypes.c_void_p(function(primitive_desc, query, 0))

    def implementation(self, primitive_desc):
        name = ctypes.c_char_p()
        self.call("primitive_desc_query", primitive_desc, IMPL_INFO_STR, 0, ctypes.byref(name))
        return name.value.decode()

    def execute(self, primitive, arguments):
        """By argument number. Waits."""
        array = (Argument * len(arguments))(*[Argument(arg, memory.value) for arg, memory in arguments.items()])
        self.call("primitive_execute", primitive, self.stream, len(arguments), array)
        self.call("stream_wait", self.stream)


def int64s(values):
    return (ctypes.c_int64 * 12)(*values)
