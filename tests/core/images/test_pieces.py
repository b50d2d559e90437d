from __future__ import annotations

import pytest

from core.images.jpeg import open_jpeg, read_jpeg
from core.images.pieces import MOST_SPANS, keep, open_pieces
from core.images.png import open_png, read_png
from tests.core.images.test_damage import JPEGS, PNG, chunk, segment

MANY = 100_000
JPEG = JPEGS["baseline"]


def test_pieces_read_as_one_file() -> None:
    stream = open_pieces([b"ab", memoryview(b"cde"), b"", b"f"])
    assert stream.read() == b"abcdef"
    stream.seek(1)
    assert stream.read(3) == b"bcd"


def test_spans_that_touch_become_one() -> None:
    spans: list[tuple[int, int]] = []
    for start, end in ((0, 2), (2, 5), (7, 9), (9, 9), (9, 10)):
        keep(spans, start, end)
    assert spans == [(0, 5), (7, 10)]


def test_many_tiny_segments_are_few_pieces() -> None:
    pieces = read_jpeg(JPEG[:2] + segment(0xDB, b"") * MANY + JPEG[2:]).pieces
    assert len(pieces) < 100
    assert b"".join(pieces) == JPEG[:2] + segment(0xDB, b"") * MANY + JPEG[2:]


def test_many_empty_chunks_are_few_pieces() -> None:
    pixels = PNG.index(b"IDAT") - 4
    pieces = read_png(PNG[:pixels] + chunk(b"IDAT", b"") * MANY + PNG[pixels:]).pieces
    assert len(pieces) < 100
    assert b"".join(pieces) == PNG[:pixels] + chunk(b"IDAT", b"") * MANY + PNG[pixels:]


def test_what_lies_between_is_left_out() -> None:
    comment, text = segment(0xFE, b"comment"), chunk(b"tEXt", b"Title\0text")
    pixels = PNG.index(b"IDAT") - 4
    assert open_jpeg(JPEG[:2] + comment + JPEG[2:20] + comment + JPEG[20:])[0].size == (320, 240)
    assert b"".join(read_jpeg(JPEG[:20] + comment + JPEG[20:]).pieces) == JPEG
    assert b"".join(read_png(PNG[:pixels] + text + PNG[pixels:]).pieces) == PNG
    assert open_png(PNG[:pixels] + text + PNG[pixels:])[0].size == (320, 240)


def test_parts_with_and_without_pixels_cannot_alternate_endlessly() -> None:
    with pytest.raises(ValueError, match="at most 10000 spans"):
        read_jpeg(JPEG[:2] + (segment(0xDB, b"") + segment(0xFE, b"")) * (MOST_SPANS + 1) + JPEG[2:])
    with pytest.raises(ValueError, match="at most 10000 spans"):
        read_png(PNG[:33] + (chunk(b"IDAT", b"") + chunk(b"tEXt", b"")) * (MOST_SPANS + 1) + PNG[33:])
