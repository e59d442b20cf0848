"""All contenders on one frame: their pictures, their times, and how near they are to f32."""

import contenders
import figures
from referee import hold_rounds


class Comparison:
    def __init__(self, network, options, frame, progress):
        self._network, self._options, self._frame, self._progress = network, options, frame, progress
        self._contenders = contenders.contenders(network.isa, options.library, network.calibration)

    def _outputs(self, processes):
        outputs = {}
        for i, (contender, process) in enumerate(zip(self._contenders, processes)):
            self._progress.show(f"Enlarging: {contender.title}", 0.2 + 0.3 * i / len(processes))
            outputs[contender.key] = self._network.enlarge(process, self._frame)
        return outputs

    def _time(self, processes, seconds):
        def show(number):
            self._progress.show(f"Timing, round {number + 1}", min(0.5 + number / 40, 0.9))
        return hold_rounds(self._options.programs / "referee", [lambda p=process: p.ask("turn") for process in processes],
                           seconds, show)

    def run(self, seconds):
        """In so many seconds of timing at the most: results, the enlarged pictures by key, and what makes the times not to
        be trusted."""
        with self._network.running(self._contenders, *self._frame.shape[:2]) as processes:
            outputs = self._outputs(processes)
            times, distrust = self._time(processes, seconds)
        found = []
        for contender, process, timed in zip(self._contenders, processes, times):
            output = outputs[contender.key]
            is_int8 = contender.network == "int8"
            found.append(figures.Result(
                contender.key, contender.title, f"{contender.key}.png", process.introduction["steps"],
                figures.decibels(output, outputs["f32"]),
                int((output != outputs["onednn"]).sum()) if is_int8 else None, process.introduction.get("isa", ""),
                timed.seconds, timed.is_confirmed, timed.parts))
        return found, outputs, distrust
