"""build/demo/index.html: two of the pictures with a slider between them, times as bars, the table."""

import html

import figures

PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>winodnn: {title}</title>
<style>
body {{ font: 16px/1.4 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
.frame {{ width: fit-content; max-width: 100%; }}
.stage {{ position: relative; touch-action: none; cursor: ew-resize; }}
.stage img {{ display: block; max-width: 100%; }}
.stage #right {{ position: absolute; inset: 0; width: 100%; height: 100%; clip-path: inset(0 0 0 var(--at)); }}
.stage #line {{ position: absolute; top: 0; bottom: 0; left: var(--at); width: 2px; margin-left: -1px; background: #fff;
  box-shadow: 0 0 3px #000; }}
.choice {{ display: flex; justify-content: space-between; gap: 1rem; margin: .5rem 0; flex-wrap: wrap; }}
#slider {{ width: 100%; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ padding: .3rem .6rem; border-bottom: 1px solid #ddd; text-align: right; }}
th:first-child, td:first-child {{ text-align: left; }}
.bars {{ display: grid; grid-template-columns: max-content 1fr max-content; gap: .3rem .8rem; align-items: center; }}
.bar {{ height: 1.2rem; background: #888; }}
.bar.winodnn {{ background: #1769aa; }}
img.sheet {{ max-width: 100%; }}
.warning {{ background: #fff3cd; padding: .6rem 1rem; }}
</style>
<h1>{title}</h1>
<p>{introduction}</p>
{warning}
<div class="choice"><label>left: <select id="left-choice">{options}</select></label>
<label>right: <select id="right-choice">{options}</select></label></div>
<div class="frame"><div class="stage" id="stage"><img id="left" alt="left"><img id="right" alt="right"><div id="line"></div></div>
<input id="slider" type="range" min="0" max="100" step="0.1" value="50" aria-label="where the two pictures meet"></div>
{conclusion}
<h2>Milliseconds a frame</h2>
<div class="bars">{bars}</div>
<h2>In figures</h2>
<table><tr>{head}</tr>{rows}</table>
<p>dB against f32: the peak signal-to-noise ratio between the picture and the one that oneDNN computes in floating point;
from about 40 dB on nobody sees a difference. Bytes that differ: from oneDNN's int8 picture.</p>
<h2>The place where calibrated and f32 differ most</h2>
<img class="sheet" src="sheet.png" alt="the same detail of all pictures">
<p>{files}</p>
<script>
const stage = document.getElementById("stage"), slider = document.getElementById("slider");
function place(percent) {{ stage.style.setProperty("--at", percent + "%"); slider.value = percent; }}
function choose(side, initial) {{
  const choice = document.getElementById(side + "-choice"), image = document.getElementById(side);
  const show = () => {{ image.src = choice.value; }};
  choice.value = initial;
  choice.addEventListener("change", show);
  show();
}}
choose("left", "bicubic.png");
choose("right", "{initial}");
slider.addEventListener("input", () => place(slider.value));
stage.addEventListener("pointermove", event => {{
  if (event.pointerType === "mouse" && !event.buttons) return;
  const box = stage.getBoundingClientRect();
  place(Math.min(100, Math.max(0, 100 * (event.clientX - box.left) / box.width)));
}});
stage.addEventListener("dragstart", event => event.preventDefault());
place(50);
</script>
</html>
"""


def _bars(found):
    longest = max((r.seconds for r in found if r.is_confirmed), default=1)
    for result in found:
        title, ms = figures.cells(result)[:2]
        width = 100 * result.seconds / longest if result.is_confirmed else 0
        kind = "bar winodnn" if title.startswith("winodnn") else "bar"
        yield f'<span>{html.escape(title)}</span><div class="{kind}" style="width:{width:.1f}%"></div><span>{ms}</span>'


def _row(cells, tag):
    return "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)


def render(title, introduction, distrust, found, said, files):
    """`files`: names and what they are, of pictures that can be compared; `found`: results."""
    options = "".join(f'<option value="{file}">{html.escape(what)}</option>' for file, what in files)
    warning = f'<p class="warning">{html.escape(distrust)}</p>' if distrust else ""
    return PAGE.format(
        title=html.escape(title), introduction=html.escape(introduction), warning=warning, options=options,
        initial=next(r.file for r in found if r.key == "winodnn-exact"),
        conclusion="".join(f"<p>{html.escape(sentence)}</p>" for sentence in said), bars="\n".join(_bars(found)),
        head=_row(figures.HEAD, "th"), rows="\n".join(f"<tr>{_row(figures.cells(r), 'td')}</tr>" for r in found),
        files=", ".join(f'<a href="{file}">{html.escape(what)}</a>' for file, what in files))
