"""Reports as a page of their own: one file, no scripts, nothing loaded from elsewhere."""

import html

STYLE = """body { font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; margin: 1em 0; font-size: 13px }
th, td { padding: 3px 10px; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
.doubt { background: #fff3cd; padding: .5em 1em } svg { max-width: 100%; height: auto }"""


def page(title, parts):
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
            f"<style>{STYLE}</style></head>\n<body>\n<h1>{html.escape(title)}</h1>\n" + "\n".join(parts) + "\n</body></html>\n")


def paragraph(text, css_class=""):
    return f'<p{f" class={css_class!r}" if css_class else ""}>{html.escape(text)}</p>'


def table(head, rows, right=()):
    classes = [' class="number"' if name in right else "" for name in head]

    def row(cells, tag):
        return "<tr>" + "".join(f"<{tag}{css}>{html.escape(cell)}</{tag}>" for cell, css in zip(cells, classes)) + "</tr>"

    return "\n".join(["<table>", row(head, "th"), *(row(cells, "td") for cells in rows), "</table>"])
