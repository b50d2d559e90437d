"""Presents pieces of buffers as one file, without copying them."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

MOST_SPANS = 10_000
"""Far more than any program's file has; each takes some memory."""


def keep(spans: list[tuple[int, int]], start: int, end: int) -> None:
    """Append a span of a buffer, or extend the last one if they touch: a file may consist of millions of tiny parts.

    Raises:
        ValueError: there are too many that do not touch.
    """
    if spans and spans[-1][1] == start:
        spans[-1] = spans[-1][0], end
    elif len(spans) < MOST_SPANS:
        spans.append((start, end))
    else:
        raise ValueError(f"expected at most {MOST_SPANS} spans that do not touch")


class Pieces(io.RawIOBase):
    """A raw stream that reads pieces as if they were one file."""

    def __init__(self, pieces: Iterable[bytes | memoryview]) -> None:
        self._pieces = [memoryview(piece) for piece in pieces]
        self._begins = list(accumulate((len(piece) for piece in self._pieces), initial=0))
        self._at = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Change the position."""
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._begins[-1]}[whence]
        self._at = max(begin + offset, 0)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read the rest of the current piece, up to the size of the buffer."""
        number = bisect_right(self._begins, self._at) - 1
        if number >= len(self._pieces):
            return 0
        start = self._at - self._begins[number]
        chunk = self._pieces[number][start : start + len(buffer)]
        buffer[: len(chunk)] = chunk
        self._at += len(chunk)
        return len(chunk)


def open_pieces(pieces: Iterable[bytes | memoryview]) -> io.BufferedReader:
    """Open pieces as one file. At most a few thousand bytes are copied at a time."""
    return io.BufferedReader(Pieces(pieces), 1 << 16)
