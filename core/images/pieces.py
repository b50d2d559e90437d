"""A file put together of pieces of another, without a copy of them."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate


class Pieces(io.RawIOBase):
    """Reads pieces as if they were one file."""

    def __init__(self, pieces: Iterable[bytes | memoryview]) -> None:
        self._pieces = [memoryview(piece) for piece in pieces]
        self._begins = list(accumulate((len(piece) for piece in self._pieces), initial=0))
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go elsewhere."""
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._begins[-1]}[whence]
        self._at = max(begin + offset, 0)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """What is left of the piece that is reached, as far as there is room."""
        number = bisect_right(self._begins, self._at) - 1
        if number >= len(self._pieces):
            return 0
        start = self._at - self._begins[number]
        found = self._pieces[number][start : start + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)


def open_pieces(pieces: Iterable[bytes | memoryview]) -> io.BufferedReader:
    """A file of pieces. No more than a few thousand bytes of it are copied at once."""
    return io.BufferedReader(Pieces(pieces), 1 << 16)
