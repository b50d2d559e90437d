"""Renders figures as PDF or PNG, reproducibly: the same figure gives the same bytes."""

from __future__ import annotations

import hashlib
import io
import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.backends.backend_pdf import PdfFile
from matplotlib.figure import Figure

KINDS = ("pdf", "png")


def subset_prefix(glyphs: Iterable[Any]) -> str:
    """Return the prefix of an embedded font subset's name, six capitals and a plus sign, derived from its glyphs."""
    digest = hashlib.sha256(" ".join(sorted(map(str, glyphs))).encode()).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:6]) + "+"


@contextmanager
def reproducible_output() -> Iterator[None]:
    """Make matplotlib's output reproducible, and silence its font library.

    matplotlib derives the prefix of a Type 1 font from the memory address of a list, which varies.
    """
    logger, prefix = logging.getLogger("fontTools"), PdfFile._get_subset_prefix
    level = logger.level
    # fontTools warns about the date in the bundled Computer Modern.
    logger.setLevel(logging.ERROR)
    PdfFile._get_subset_prefix = staticmethod(subset_prefix)
    try:
        with warnings.catch_warnings():
            # The caller reports missing glyphs once, in a sentence.
            warnings.filterwarnings("ignore", "Glyph .* missing from font")
            yield
    finally:
        logger.setLevel(level)
        PdfFile._get_subset_prefix = staticmethod(prefix)


def render(figure: Figure, kind: str, title: str) -> bytes:
    """Render a figure to one of KINDS; its metadata has the title but no date."""
    metadata: dict[str, str | None] = {"Title": title}
    if kind == "pdf":
        metadata["CreationDate"] = None
    stream = io.BytesIO()
    with reproducible_output():
        figure.savefig(stream, format=kind, metadata=metadata)
    return stream.getvalue()
