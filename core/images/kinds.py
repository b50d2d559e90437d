"""Recognises valid files of unsupported kinds and names them, for error messages."""

from __future__ import annotations

from core.errors import ImageError
from core.images import bmff

BEGINNINGS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"8BPS", "Photoshop (PSD)"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"II\xbc", "JPEG XR"),
    (0, b"\0\0\1\0", "icon (ICO)"),
    (0, b"\0\0\2\0", "mouse pointer (CUR)"),
    (0, b"icns", "icon (ICNS)"),
    (0, b"%PDF", "PDF"),
    (0, b"%!PS", "PostScript"),
    (0, b"\xc5\xd0\xd3\xc6", "PostScript (EPS)"),
    (0, b"qoif", "QOI"),
    (0, b"\x76\x2f\x31\x01", "OpenEXR"),
    (0, b"#?RADIANCE", "Radiance (HDR)"),
    (0, b"#?RGBE", "Radiance (HDR)"),
    (0, b"DDS ", "DDS"),
    (0, b"gimp xcf", "GIMP (XCF)"),
    (0, b"BPG\xfb", "BPG"),
    (0, b"FLIF", "FLIF"),
    (0, b"\x8aMNG", "MNG"),
    (0, b"\x8bJNG", "JNG"),
    (0, b"\x01\xda\x01", "SGI"),
    (0, b"\xd7\xcd\xc6\x9a", "Windows metafile (WMF)"),
    (40, b" EMF", "Windows metafile (EMF)"),
    (0, b"FUJIFILMCCD-RAW", "camera raw (RAF)"),
    (0, b"IIRO", "camera raw (ORF)"),
    (0, b"IIRS", "camera raw (ORF)"),
    (0, b"MMOR", "camera raw (ORF)"),
    (0, b"IIU\0", "camera raw (RW2)"),
    (0, b"\0MRM", "camera raw (MRW)"),
    (0, b"FOVb", "camera raw (X3F)"),
    (8, b"ILBM", "Amiga (ILBM)"),
    (8, b"AVI ", "AVI video"),
    (0, b"\x1aE\xdf\xa3", "WebM or Matroska video"),
    (0, b"FLV\1", "Flash video"),
    (0, b"Rar!\x1a\x07", "RAR archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (0, b"PK\x03\x04", "zip archive or document"),
)
"""Offset, signature, and name of the format."""

CODECS = {
    b"avc1": "H.264",
    b"jpeg": "JPEG",
    b"j2k1": "JPEG 2000",
    b"vvc1": "VVC",
    b"evc1": "EVC",
    b"lhv1": "layered HEVC",
    b"unci": "no codec",
    b"mski": "a mask",
}
"""Unsupported codecs of pictures in HEIF files, by item type."""


def unsupported_error(kind: str) -> ImageError:
    """Return the error for an unsupported variant of a supported format. kind: its name, such as "12-bit JPEG"."""
    return ImageError(
        "Expected a supported kind of picture; this one is intact, but of an unsupported kind: {kind}. Save it as an "
        "ordinary JPEG or PNG and try again.",
        kind=kind,
    )


def foreign_format(data: bytes) -> str | None:
    """Return the name of an unsupported format, or None if it is unknown."""
    for offset, beginning, name in BEGINNINGS:
        if data.startswith(beginning, offset):
            return name
    if data[:1] == b"P" and data[1:2] in b"1234567FfA" and data[2:3].isspace():
        return "PNM"
    head = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<svg") or (head.startswith((b"<?xml", b"<!doctype svg", b"<!--")) and b"<svg" in head):
        return "SVG"
    return _boxed(data) if data[4:8] == b"ftyp" else None


def _boxed(data: bytes) -> str | None:
    """Return the name of an ISO base media file that is neither HEIC nor AVIF."""
    brand = data[8:12]
    if brand == b"crx ":
        return "camera raw (CR3)"
    if brand in (b"jp2 ", b"jpx "):
        return "JPEG 2000"
    picture = bmff.primary_item(data)
    if picture:
        return f"HEIF coded by {CODECS.get(picture.kind, 'another codec than HEVC and AV1')}"
    return "MP4 or QuickTime video"
