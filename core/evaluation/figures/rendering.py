"""A figure as PDF or PNG: the same figure gives the same bytes."""

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
    """Six capitals and a plus sign before the name of an embedded part of a font, from the glyphs it holds."""
    digest = hashlib.sha256(" ".join(sorted(map(str, glyphs))).encode()).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:6]) + "+"


@contextmanager
def reproducible_output() -> Iterator[None]:
    """Keep matplotlib to the same bytes for the same figure, and keep its font library quiet.

    matplotlib takes the prefix of a Type 1 font from the place of a list in memory, another one each time.
    """
    logger, prefix = logging.getLogger("fontTools"), PdfFile._get_subset_prefix
    level = logger.level
    # The shipped Computer Modern carries a date that fontTools finds odd.
    logger.setLevel(logging.ERROR)
    PdfFile._get_subset_prefix = staticmethod(subset_prefix)
    try:
        with warnings.catch_warnings():
            # Said once, in a sentence, by whoever draws.
            warnings.filterwarnings("ignore", "Glyph .* missing from font")
            yield
    finally:
        logger.setLevel(level)
        PdfFile._get_subset_prefix = staticmethod(prefix)


def render(figure: Figure, kind: str, title: str) -> bytes:
    """A figure as a file of one of KINDS; the title goes into its properties, and no date does."""
    metadata: dict[str, str | None] = {"Title": title}
    if kind == "pdf":
        metadata["CreationDate"] = None
    stream = io.BytesIO()
    with reproducible_output():
        figure.savefig(stream, format=kind, metadata=metadata)
    return stream.getvalue()
