"""Tasks for processes with oneDNN in them: a library that hangs or crashes there takes nothing along."""

import dataclasses
import json
import os
import subprocess
import sys

from .environment import with_preload, without_preload

SECONDS = 60


@dataclasses.dataclass
class Answer:
    result: object # None if the process did not come that far
    output: str # what the libraries printed
    complaints: list # of winodnn's, about the environment
    problem: str # "" or what became of the process


def ask(task, environment, preload=True, seconds=SECONDS, **request):
    package_folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    environment = with_preload(environment) if preload else without_preload(environment)
    # -P would be right, but is new: with -c nothing of the current folder is imported by accident.
    starter = f"import sys; sys.path[0] = {package_folder!r}; from winodnn.onednn_process import main; main()"
    try:
        done = subprocess.run([sys.executable, "-B", "-c", starter], input=json.dumps({"task": task, **request}),
                              env=environment, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return Answer(None, "", [], f"took more than {seconds} s")
    complaints = [line for line in done.stderr.splitlines() if line.startswith("winodnn: ")]
    *printed, last = done.stdout.splitlines() or [""]
    if done.returncode != 0 or not last.startswith(("{", "null")):
        lines = done.stderr.strip().splitlines()
        return Answer(None, done.stdout, complaints, f"status {done.returncode}" + (f": {lines[-1]}" if lines else ""))
    result = json.loads(last)
    if isinstance(result, dict) and "error" in result:
        return Answer(None, "\n".join(printed), complaints, result["error"])
    return Answer(result, "\n".join(printed), complaints, "")
