"""The data sets' conventions for face boxes, and the one that Fairest uses.

The sets differ: FDDB's boxes contain the whole head, those of WIDER FACE and the landmark hulls (Helen, SCUT-FBP5500)
exclude the hair. Measured on upright faces relative to their eyes, in eye distances, as medians over 179 to 337
training faces per set; `python -m training conventions` reproduces them to within 0.05.

Fairest's box is half way between FDDB's and the hulls, so that a perfect detector overlaps each set's own box with
IoU 0.80 or more, and the tight crop that a classifier sees is derived from it by one rule
(`core.images.crop.face_window`).
"""

from __future__ import annotations

from dataclasses import dataclass

from core.face import Box


@dataclass(frozen=True, slots=True)
class Drawing:
    """A box relative to the midpoint of the eyes, in eye distances; negative is above."""

    top: float
    bottom: float
    width: float


FAIREST = Drawing(top=-1.50, bottom=1.90, width=2.38)

OWN = "fairest"
"""Name of Fairest's own convention, which people label in and `augment` writes."""

DRAWINGS = {
    "fddb": Drawing(top=-1.87, bottom=2.03, width=2.52),
    "wider": Drawing(top=-1.29, bottom=1.87, width=2.21),
    "helen": Drawing(top=-1.08, bottom=1.77, width=2.28),
    "scut_fbp5500": Drawing(top=-1.23, bottom=1.74, width=2.23),
    "mebeauty": Drawing(top=-0.77, bottom=1.77, width=2.53),
}


def to_fairest(box: Box, source: str) -> Box:
    """Convert a box of a data set to Fairest's convention.

    Args:
        box: in the data set's convention, pixels.
        source: OWN or a key of DRAWINGS.

    Raises:
        KeyError: the set's convention was never measured.
    """
    if source == OWN:
        return box
    if source not in DRAWINGS:
        raise KeyError(f"expected one of {sorted([OWN, *DRAWINGS])}; received {source!r}")
    drawing = DRAWINGS[source]
    unit = box.h / (drawing.bottom - drawing.top)
    width = box.w * FAIREST.width / drawing.width
    top = box.y + (FAIREST.top - drawing.top) * unit
    return Box(box.cx - width / 2, top, width, (FAIREST.bottom - FAIREST.top) * unit)
