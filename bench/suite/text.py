"""What the report says around its tables."""

import tables

TITLE = "# Benchmarks\n"

HOW = """`sh cmake/bench.sh{options}` measured all of this page. Every figure is the least time of undisturbed
executions. The contenders take short turns until each least time was seen three times within 1.5%;
what was not is not known ([timing.md](timing.md)). Layers are u8 to u8, with scales, bias and relu
fused.

In exact mode all s32 sums were compared with the true ones, and were equal: a run with a wrong sum
ends without a report. Effective GMAC/s are direct convolution's multiplies over the time. So
Winograd's can exceed the CPU's peak, and so can direct convolution's, which leaves out the taps on
the padding. A declined layer is left to oneDNN, and counts as a speedup of 1.

All raw numbers: [results.json](benchmarks/results.json).
"""

SPEEDUPS = """## Speedups over oneDNN's direct convolution

Geometric means over the layers of each file in `bench/layers`. "declined" is the number of layers
that winodnn declines in exact mode at {best}.{calibrated}
"""

CALIBRATED = """ Calibrated mode has synthetic activations and
the default target. It loses accuracy, exact mode does not: [accuracy.md](accuracy.md)."""

PEERS = """## Others, on the same layers in the same run

Effective GMAC/s, one thread, winodnn in exact mode, {best}. Each of the others runs in a
process of its own, and some of its outputs are compared with a reference first. Sources are u8
(ncnn: s8), weights s8 with a scale for each output channel, outputs u8 (ncnn: s8).

- ONNX Runtime: one `QLinearConv` in its nhwc form.
- OpenVINO: the int8 convolution's time by the plugin's own counters, in whole microseconds. Its
  reorders from and to nchw do not count.
- ncnn: in its own layout, one image after the other, the faster one of its int8 Winograd and its
  direct convolution.

"first" is the fastest. A layer that winodnn declined is oneDNN's.
"""

ROOFLINE = """The marks are ceilings: the CPU's peak of multiplies, measured in the same run, times the multiplies
that the tile saves (F(4x4): 4). On CPUs with VNNI, s16 multiplies are half as fast as s8 ones. In
calibrated mode some components are computed in 16 bits, which the ceiling leaves out.
"""

SCALING = """## Threads

{file}.txt in exact mode at {best}, geometric means.
"""


def report(results, options):
    best = tables.isa_name(results.best_isa)
    calibrated = CALIBRATED if results.run(results.best_isa, "calibrated") else ""
    parts = [TITLE, tables.head(results), HOW.format(options=options),
             SPEEDUPS.format(best=best, calibrated=calibrated), tables.summary(results)]
    if results.peers:
        parts.append(PEERS.format(best=best))
        parts += [f"### {file}, with others\n\n{tables.peers_of(results, file)}" for file in files_with_peers(results)]
        if failed := tables.failures(results):
            parts.append("Not measured:\n\n" + failed)
    if len(results.threads) > 1:
        parts += [SCALING.format(file=results.scaling_file, best=best), tables.scaling(results),
                  "![Thread scaling](benchmarks/threads.svg)\n"]
    parts.append(f"## Layer by layer\n\nOne thread; {best} where no other is named.\n\n{ROOFLINE}")
    for file in results.files:
        parts += [f"### {file}\n", tables.layers_of(results, file),
                  f"![Speedups of {file}](benchmarks/speedup-{file}.svg)\n",
                  f"![GMAC/s of {file} and their ceilings](benchmarks/roofline-{file}.svg)\n"]
    return "\n".join(parts)


def files_with_peers(results):
    return [file for file, layers in results.files.items() if any(layer.shape in results.peers for layer in layers)]
