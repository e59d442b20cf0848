"""What a comparison of runs says, as text and as a page."""

import shlex

from . import bar_chart, html_page, shape, text_table

HEAD = ("layer", "types", "post-ops", "times", "without", "with", "speedup", "computed by")
NUMBERS = ("times", "without", "with", "speedup")


def cells(row):
    layer = row.layer
    by = row.implementation if row.taken_over else f"oneDNN: {'; '.join(row.reasons) or row.implementation}"
    speedup = f"{row.speedup:.2f}" if row.taken_over and row.speedup is not None else "-"
    return (shape.in_words(layer.problem), f"{layer.source} → {layer.destination}", "+".join(layer.post_ops) or "-",
            str(row.executions), text_table.milliseconds(row.without_ms), text_table.milliseconds(row.with_ms), speedup, by)


def head_lines(comparison):
    machine = comparison.fact("mode:") or "instruction set and threads unknown"
    return [f"winodnn {comparison.fact('winodnn v') or '(silent)'} under oneDNN "
            f"{comparison.fact('oneDNN v').split(' ')[0] or '(silent)'}, mode:{machine}: {comparison.status}",
            f"program: {shlex.join(comparison.command)}"]


def summary_lines(comparison):
    totals = comparison.totals()
    if totals["executions"] == 0:
        return ["oneDNN executed no convolution. winodnn doctor -- PROGRAM says whether the program uses it."]
    convolutions = totals["taken_over_ms_without"] + totals["left_ms_without"]
    share = totals["saved_ms"] / convolutions if convolutions else 0
    lines = [f"Taken over: {totals['executions_taken_over']} of {totals['executions']} executions of convolutions, "
             f"{totals['taken_over_ms_without']:.2f} of {convolutions:.2f} ms without winodnn.",
             f"Saved: {totals['saved_ms']:.2f} ms of {convolutions:.2f} ms in convolutions ({share:.0%}). All else in oneDNN: "
             f"{totals['other_primitives_ms_without']:.2f} ms without, {totals['other_primitives_ms_with']:.2f} ms with; "
             f"{totals['packing_ms']:.2f} ms for packing weights.",
             f"The whole program, verbose output included: {totals['program_seconds_without']:.2f} s without, "
             f"{totals['program_seconds_with']:.2f} s with."]
    if comparison.status != "active" and totals["executions_taken_over"] == 0:
        lines.append("winodnn was not reached: winodnn doctor -- PROGRAM says why.")
    return lines


def as_text(comparison):
    parts = ["\n".join(head_lines(comparison))]
    if rows := comparison.rows():
        parts.append(text_table.table(HEAD, [cells(row) for row in rows], NUMBERS)
                     + "\n(times in ms for one execution, the lower quartile of all)")
    parts.append("\n".join(summary_lines(comparison)))
    parts += [f"Not to be trusted: {doubt}." for doubt in comparison.doubts()]
    return "\n\n".join(parts) + "\n"


def picture(comparison):
    """The time that each layer takes in one run."""
    groups = [(shape.in_words(row.layer.problem),
               (None if row.without_ms is None else row.without_ms * row.executions, row.with_ms * row.executions))
              for row in comparison.rows()]
    return bar_chart.chart(groups, ("without winodnn, ms", "with winodnn, ms"), text_table.milliseconds)


def as_html(comparison):
    parts = [html_page.paragraph(line) for line in head_lines(comparison) + summary_lines(comparison)]
    parts += [html_page.paragraph(f"Not to be trusted: {doubt}.", "doubt") for doubt in comparison.doubts()]
    if rows := comparison.rows():
        parts += [picture(comparison), html_page.table(HEAD, [cells(row) for row in rows], NUMBERS),
                  html_page.paragraph("Times in ms for one execution, the lower quartile of all; the bars show those of a whole run.")]
    return html_page.page("winodnn: layers of a program", parts)
