"""The other end of a peer's process."""

import contextlib
import json
import pathlib
import subprocess
import sys

PEERS = {"onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "ncnn": "ncnn"}
WORKER = pathlib.Path(__file__).resolve().parent / "peers" / "worker.py"


class Peer:
    """Records by place: implementations and the ms of each, or an error."""

    def __init__(self, name):
        self.name = name
        self.records = []
        self._process = subprocess.Popen([sys.executable, "-B", str(WORKER), name], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
        self.version = self._ask("version").get("version", "unknown")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        # There may be a question that it has not read.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()

    def _ask(self, what, **more):
        try:
            self._process.stdin.write(json.dumps({"ask": what} | more) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        return json.loads(answer) if answer else {"error": "its process ended"}

    def prepare(self, shape):
        """How many implementations there are to be timed."""
        self.records.append(self._ask("prepare", layer=shape.line("layer")))
        return len(self.records[-1].get("implementations", []))

    def turn(self, implementation):
        """For the referee. Where there is an error in the end, a turn without executions."""
        answer = self._ask("turn", implementation=implementation)
        if "error" in answer:
            self.records[-1] = answer
            return [[0, 0, 0]]
        return answer["turn"]

    def set_times(self, seconds):
        """Of each implementation, None for those that are not known."""
        if "error" not in self.records[-1]:
            self.records[-1]["ms"] = [s if s is None else round(s * 1e3, 6) for s in seconds]
