from __future__ import annotations

import pytest

from core.errors import ImageError
from core.images.decode import decode_picture

JP2 = b"\0\0\0\x0cjP  \r\n\x87\n"
JXL = b"\0\0\0\x0cJXL \r\n\x87\n"


@pytest.mark.parametrize(
    ("begin", "name"),
    [
        (b"8BPS\0\1", "Photoshop"),
        (b"\xff\x0a\xfa\x1f", "JPEG XL"),
        (JXL, "JPEG XL"),
        (JP2, "JPEG 2000"),
        (b"\xff\x4f\xff\x51", "JPEG 2000"),
        (b"\0\0\1\0\1\0", "icon"),
        (b"%PDF-1.7", "PDF"),
        (b"P6\n2 2\n255\n", "PNM"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<svg/>", "SVG"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI video"),
        (b"\0\0\0\x18ftypisom\0\0\0\0mp42avc1", "MP4 or QuickTime video"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1", r"camera raw \(CR3\)"),
        (b"FUJIFILMCCD-RAW 0201", r"camera raw \(RAF\)"),
    ],
)
def test_other_formats_are_reported_by_name(begin: bytes, name: str) -> None:
    with pytest.raises(ImageError, match=f"something else, of an unsupported kind: {name}"):
        decode_picture(begin + bytes(300), 25, 40)


@pytest.mark.parametrize("data", [b"hello", b"<html></html>", b"P9\n", bytes(400), b"RIFF\0\0\0\0WAVE"])
def test_what_nobody_knows_is_something_else(data: bytes) -> None:
    with pytest.raises(ImageError, match="something else, regardless of its name"):
        decode_picture(data, 25, 40)
