"""The ways of computing the network that are compared, each in a process of its own."""

import ctypes
import dataclasses
import os
import pathlib
import sys

from asked_process import AskedProcess

NCNN_PROCESS = pathlib.Path(__file__).resolve().parent / "ncnn_process.py"
# Where no blocks are seen; the default is winodnn's to say.
FINE_TARGET = 35
AVX2 = {"ONEDNN_MAX_CPU_ISA": "AVX2"}
# AMX's direct convolutions are faster than Winograd on VNNI, so there winodnn leaves everything to oneDNN.
WITHOUT_AMX = {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE_VNNI"}


class NotPreloaded(Exception):
    """The library has not come into the process."""


@dataclasses.dataclass(frozen=True)
class Contender:
    key: str
    title: str
    network: str  # f32, int8 or ncnn
    is_winodnn: bool = False
    environment: dict = dataclasses.field(default_factory=dict)


def default_target(library):
    function = ctypes.CDLL(str(library)).winodnn_default_target_snr
    function.restype = ctypes.c_double
    return function()


def _calibrated(key, target, calibration, remark=""):
    return Contender(key, f"winodnn, calibrated, {target:g} dB{remark}", "int8", True,
                     {"WINODNN_MODE": "calibrated", "WINODNN_CALIBRATION": str(calibration),
                      "WINODNN_TARGET_SNR": f"{target:g}"})


EXACT = {"WINODNN_MODE": "exact"}


def contenders(isa, library, calibration):
    """`isa` is oneDNN's name of what the machine has."""
    base = WITHOUT_AMX if "amx" in isa else {}
    default = default_target(library)
    found = [Contender("ncnn-f32", "ncnn, f32", "ncnn"), Contender("f32", "oneDNN, f32", "f32", False, base),
             Contender("onednn", "oneDNN, int8", "int8", False, base),
             Contender("winodnn-exact", "winodnn, exact", "int8", True, base | EXACT),
             _calibrated("winodnn-calibrated", default, calibration, " (default)")]
    if default != FINE_TARGET:
        found.append(_calibrated(f"winodnn-calibrated-{FINE_TARGET}", FINE_TARGET, calibration))
    if isa != "avx2":
        found += [Contender("onednn-avx2", "oneDNN, int8, AVX2 only", "int8", False, AVX2),
                  Contender("winodnn-exact-avx2", "winodnn, exact, AVX2 only", "int8", True, AVX2 | EXACT)]
    return [dataclasses.replace(c, environment=base | c.environment) for c in found]


def threads():
    return int(os.environ.get("OMP_NUM_THREADS") or len(os.sched_getaffinity(0)))


class Networks:
    """What processes are started from: programs, the library, the folder of ncnn's model and its input and output."""

    def __init__(self, programs, library, model=None, blobs=()):
        self._runner, self._library, self._model, self._blobs = programs / "network_runner", library, model, blobs

    def start_runner(self, network, environment, is_winodnn=False):
        """`network`: the paths of description and parameters."""
        # Whoever has variables of winodnn's set wants something else than this comparison.
        ours = {name: "" for name in os.environ if name.startswith("WINODNN_") and name != "WINODNN_VERBOSE"}
        if is_winodnn:
            preload = ":".join(filter(None, (os.environ.get("LD_PRELOAD"), str(self._library))))
            environment = {"LD_PRELOAD": preload} | environment
        process = AskedProcess([self._runner, *network], ours | environment)
        if is_winodnn and not process.has_loaded(os.path.realpath(self._library)):
            process.__exit__()
            raise NotPreloaded(f"{self._library} could not be preloaded")
        return process

    def start_ncnn(self, width, height):
        return AskedProcess([sys.executable, "-B", NCNN_PROCESS, self._model / "network.param",
                             self._model / "network.bin", *self._blobs, width, height, threads()], {})

    def start(self, contender, networks, width, height):
        if contender.network == "ncnn":
            return self.start_ncnn(width, height)
        return self.start_runner(networks[contender.network], contender.environment, contender.is_winodnn)
