"""JPEG (ITU-T T.81): extracts the segments needed for decoding, and the colour description.

Segments without pixels are parsed here and never make a picture unreadable: Pillow receives only the others. Like
libjpeg, and so like browsers, skips bytes between a segment's end and the next marker.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from PIL import JpegImagePlugin

from core.images.colour import MAX_PROFILE, Description
from core.images.kinds import unsupported_error
from core.images.pieces import keep, open_pieces

BEGINNING = b"\xff\xd8\xff"
END = b"\xff\xd9"
START_OF_SCAN = 0xDA
ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a segment."""
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
OTHER_FRAMES = {
    0xC3: "lossless JPEG",
    0xC5: "hierarchical JPEG",
    0xC6: "hierarchical JPEG",
    0xC7: "hierarchical JPEG",
    0xCB: "lossless JPEG",
    0xCD: "hierarchical JPEG",
    0xCE: "hierarchical JPEG",
    0xCF: "hierarchical JPEG",
    0xF7: "JPEG-LS",
}
"""Kinds that are not decoded, by the marker of their frame."""
AMONG_SCANS = frozenset({0xC4, 0xCC, 0xDA, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)})
"""Markers that may occur between scans: tables, comments, the next scan."""
MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
"""A marker within a scan that is neither an escaped byte nor a restart."""
PROGRESSIVE = frozenset({0xC2, 0xCA})
PROFILE = b"ICC_PROFILE\0"
WHAT_FOLLOWS = b"\xaa" * 512
"""Appended to a file that lacks its end: missing pixels would be decoded from these bytes."""


@dataclass(slots=True)
class Jpeg:
    """A parsed JPEG. pieces: passed to Pillow, the scans and the end last. profile: parts of the ICC profile by number.

    ended: whether there is an end marker.
    """

    pieces: list[bytes | memoryview] = field(default_factory=list)
    profile: dict[int, bytes] = field(default_factory=dict)
    parts: int = 0
    progressive: bool = False
    ended: bool = True

    def colour(self) -> Description:
        """Return the colour description; the profile is used only if all its parts are present."""
        complete = self.parts > 0 and set(self.profile) == set(range(1, self.parts + 1))
        size = sum(map(len, self.profile.values()))
        return Description(
            b"".join(self.profile[n] for n in sorted(self.profile)) if complete and size <= MAX_PROFILE else None
        )


def is_jpeg(data: bytes) -> bool:
    """Whether a file is a JPEG, by its content."""
    return data.startswith(BEGINNING)


def open_jpeg(data: bytes) -> tuple[JpegImagePlugin.JpegImageFile, Jpeg]:
    """Read the header.

    Raises:
        ImageError: it is of an unsupported kind. Exception: Pillow's, for a damaged file.
    """
    jpeg = read_jpeg(data)
    return JpegImagePlugin.JpegImageFile(open_pieces(jpeg.pieces)), jpeg


def read_jpeg(data: bytes) -> Jpeg:
    """Parse a file's segments.

    Raises:
        ImageError: it is of an unsupported kind. ValueError: segments with and without pixels alternate endlessly.
    """
    view = memoryview(data)
    jpeg = Jpeg()
    kept = [(0, 2)]
    scans: list[bytes | memoryview] = []
    for marker, start, end in segments(data):
        content = view[start + 4 : end]
        if marker == START_OF_SCAN:
            stop, jpeg.ended = end_of_scans(data, end)
            scans = [view[start:stop], END]
            break
        if marker in OTHER_FRAMES:
            raise unsupported_error(OTHER_FRAMES[marker])
        if marker in FRAMES and len(content) >= 6:
            _check_frame(content)
            jpeg.progressive = marker in PROGRESSIVE
        if marker == 0xE2 and content[: len(PROFILE)] == PROFILE and len(content) > 14:
            jpeg.profile.setdefault(content[12], bytes(content[14:]))
            jpeg.parts = content[13]
        if _needed(marker, content):
            keep(kept, start, end)
    jpeg.pieces = [*(view[start:end] for start, end in kept), *scans]
    return jpeg


def segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each segment, up to the first scan."""
    offset = 2
    while (offset := data.find(b"\xff", offset)) >= 0 and offset + 1 < len(data):
        marker = data[offset + 1]
        if marker in (0, 0xFF) or marker in ALONE:
            offset += 1 if marker == 0xFF else 2
            continue
        size = int.from_bytes(data[offset + 2 : offset + 4], "big")
        if marker == END[1] or size < 2 or offset + 2 + size > len(data):
            return
        yield marker, offset, offset + 2 + size
        if marker == START_OF_SCAN:
            return
        offset += 2 + size


def end_of_scans(data: bytes, offset: int) -> tuple[int, bool]:
    """Return where the scans end, and whether at an end marker: some phones write their own data in its place."""
    while match := MARKER.search(data, offset):
        marker, offset = data[match.end() - 1], match.end()
        if marker not in AMONG_SCANS:
            return match.start(), marker == END[1]
        offset += int.from_bytes(data[offset : offset + 2], "big")
    end = len(data)
    while end and data[end - 1] == 0xFF:
        end -= 1
    return end, False


def _check_frame(content: memoryview) -> None:
    """Raise ImageError for a frame that is not supported."""
    bits, channels = content[0], content[5]
    if bits in (12, 16):
        raise unsupported_error(f"{bits}-bit JPEG")
    if bits == 8 and channels in (2, 5, 6):
        raise unsupported_error(f"JPEG with {channels} channels")


def _needed(marker: int, content: memoryview) -> bool:
    """Whether pixels or orientation depend on a segment, and it is long enough to be parsed."""
    begin = bytes(content[:29])
    if marker == 0xE0:
        return begin.startswith(b"JFIF\0") and len(content) >= 14
    if marker == 0xE1:
        return begin.startswith((b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"))
    if marker == 0xEE:
        return begin.startswith(b"Adobe") and len(content) >= 12
    return marker < 0xE0


def check_end(jpeg: Jpeg) -> None:
    """Check that a file without an end marker has all its pixels: then they do not depend on the bytes appended.

    Raises:
        ValueError: pixels are missing. Exception: Pillow's, for a damaged file.
    """
    if jpeg.ended:
        return
    if jpeg.progressive and not _all_scans(bytes(jpeg.pieces[-2])):
        raise ValueError("expected all scans")
    if _fingerprint(jpeg.pieces) != _fingerprint([*jpeg.pieces[:-1], WHAT_FOLLOWS, END]):
        raise ValueError("expected all pixels")


def _fingerprint(pieces: list[bytes | memoryview]) -> int:
    picture = JpegImagePlugin.JpegImageFile(open_pieces(pieces))
    picture.load()
    checksum = 0
    for top in range(0, picture.height, 64):
        rows = picture.crop((0, top, picture.width, min(top + 64, picture.height)))
        checksum = zlib.crc32(np.asarray(rows).tobytes(), checksum)
    return checksum


def _all_scans(scans: bytes) -> bool:
    """Whether every coefficient of each channel that has a scan is refined down to its last bit."""
    remaining: dict[int, np.ndarray] = {}
    offset = scans.find(b"\xff\xda")
    while 0 <= offset < len(scans) - 10:
        count = scans[offset + 4]
        first, last, bits = scans[offset + 5 + 2 * count : offset + 8 + 2 * count]
        for channel in range(count):
            bits_left = remaining.setdefault(scans[offset + 5 + 2 * channel], np.full(64, 13))
            bits_left[first : last + 1] = bits & 15
        offset = scans.find(b"\xff\xda", offset + 2)
    return bool(remaining) and all((bits_left == 0).all() for bits_left in remaining.values())
