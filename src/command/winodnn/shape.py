"""Problems, as verbose output writes them, in words."""

import re

ENTRY = re.compile(r"([a-z]+)(\d+)")


def in_words(problem):
    """64 → 128, 56x56, or the problem itself if it is not a convolution of images."""
    entries = {name: int(value) for name, value in ENTRY.findall(problem)}
    try:
        batch, ic, oc, ih, iw, kh, kw = (entries[name] for name in ("mb", "ic", "oc", "ih", "iw", "kh", "kw"))
        if "id" in entries:
            return problem
        words = f"{batch}x{ic}x{ih}x{iw} → {oc}, {kh}x{kw}"
        if (stride := entries["sh"]) != 1 or entries["sw"] != 1:
            words += f", stride {stride}" if stride == entries["sw"] else f", stride {stride}x{entries['sw']}"
        if entries["dh"] or entries["dw"]:
            words += ", dilated"
        if entries.get("g", 1) > 1:
            words += f", {entries['g']} groups"
        if (entries["oh"], entries["ow"]) == (ih - kh + 1, iw - kw + 1) and kh * kw > 1:
            words += ", unpadded"
        return words
    except KeyError:
        return problem
