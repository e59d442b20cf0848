"""A large picture in tiles that overlap by what the network sees, so that none of their seams can be seen: every pixel is
computed from the same ones as in the whole picture."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Span:
    """Of one dimension: a tile from `start` on, of which first..last, in the picture's coordinates, are kept."""
    start: int
    first: int
    last: int


def spans(length, tile, overlap):
    """Tiles of min(length, tile) that cover the length. A tile's border is the picture's or at least `overlap` away from
    what is kept."""
    if length <= tile:
        return [Span(0, 0, length)]
    if tile <= 2 * overlap:
        raise ValueError("tiles that are nothing but overlap")
    found, first = [], 0
    while first < length:
        start = min(max(first - overlap, 0), length - tile)
        last = length if start + tile == length else start + tile - overlap
        found.append(Span(start, first, last))
        first = last
    return found
