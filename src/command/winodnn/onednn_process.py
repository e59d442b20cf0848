"""A process with oneDNN in it, and winodnn in front of it if that is preloaded: python -m winodnn.onednn_process. Takes
one JSON object from stdin and ends with one on stdout, in a line of its own behind whatever the libraries print."""

import ctypes
import json
import mmap
import sys

from . import contender, onednn, stopwatch
from .layer import Layer


def status(_):
    """What winodnn says of this process, or None if it is not in it."""
    try:
        function = ctypes.CDLL(None).winodnn_status
    except AttributeError:
        return None
    names = ("active", "off", "not interposed", "no oneDNN", "unsupported")
    reason = ctypes.c_char_p()
    code = function(ctypes.byref(reason))
    return {"status": names[code] if code < len(names) else str(code), "reason": reason.value.decode()}


def version(request):
    return onednn.version_of(ctypes.CDLL(request["onednn"]))


def can_make_code():
    """Whether memory that was written can be made executable, as for generated code."""
    process = ctypes.CDLL(None, use_errno=True)
    process.mmap.restype = ctypes.c_void_p
    page = process.mmap(None, ctypes.c_size_t(mmap.PAGESIZE), mmap.PROT_READ | mmap.PROT_WRITE,
                        mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, ctypes.c_long(0))
    return process.mprotect(ctypes.c_void_p(page), ctypes.c_size_t(mmap.PAGESIZE), mmap.PROT_READ | mmap.PROT_EXEC) == 0


def self_test(request):
    """A layer that every machine takes over."""
    if not can_make_code():
        return {"winodnn": status(request), "executable_memory": False}
    api = onednn.OneDnn(request["onednn"])
    result = {"winodnn": status(request), "executable_memory": True}
    layer = Layer(mb=1, ic=64, ih=12, iw=11, oc=64)
    data = contender.Data(layer)
    try:
        ours = contender.Contender(api, layer, data, contender.ask(api, layer, onednn.WINOGRAD))
        ours.execute()
    except onednn.Refused as refused:
        return result | {"refused": str(refused)}
    return result | {"implementation": ours.implementation}


def create(request):
    """Creates convolutions and no more: winodnn's verbose output says what it thinks of them."""
    api = onednn.OneDnn(request["onednn"])
    for fields, source, source_zero_point in request["layers"]:
        contender.ask(api, Layer(**fields), source=onednn.TYPES[source], source_zero_point=source_zero_point)
    return status(request)


def time_layer(request):
    """winodnn's plan for a layer against oneDNN's direct convolution."""
    api = onednn.OneDnn(request["onednn"])
    layer = Layer(**request["layer"])
    data = contender.Data(layer)
    chosen = contender.ask(api, layer)
    name = api.implementation(chosen)
    ours = contender.Contender(api, layer, data, chosen)
    result = {"implementation": name, "reason": decline_reason(), "winodnn": status(request)}
    if not name.startswith("wino:"):
        timing, = stopwatch.compare([ours.execute], request["budget"])
        return result | {"ms_direct": timing.ms, "trusted": timing.trusted, "direct_implementation": name}
    following = contender.ask(api, layer)
    api.call("primitive_desc_next_impl", following)
    direct = contender.Contender(api, layer, data, following)
    of_ours, of_direct = stopwatch.compare([ours.execute, direct.execute], request["budget"])
    differing = sum(a != b for a, b in zip(ours.output(), direct.output()))
    return result | {"ms_winodnn": of_ours.ms, "ms_direct": of_direct.ms, "trusted": of_ours.trusted and of_direct.trusted,
                     "direct_implementation": direct.implementation, "differing_bytes": differing}


def decline_reason():
    try:
        function = ctypes.CDLL(None).winodnn_last_decline_reason
    except AttributeError:
        return "winodnn is not in the process"
    function.restype = ctypes.c_char_p
    return function().decode()


TASKS = {"version": version, "self_test": self_test, "create": create, "time_layer": time_layer}


def main():
    request = json.load(sys.stdin)
    try:
        answer = TASKS[request["task"]](request)
    except (OSError, onednn.Refused, AttributeError) as error:
        answer = {"error": str(error)}
    sys.stdout.flush()
    print("\n" + json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
