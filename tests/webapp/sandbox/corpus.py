"""Files made to do harm, all built in memory from nothing but code and one portrait."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from tests import faces
from tests.webapp.sandbox import zips

PORTRAIT = (faces.FOLDER / faces.ADULT).read_bytes()
HEIC = (faces.DATA / "pictures" / "turned.heic").read_bytes()


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """A picture as a file."""
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def face() -> Image.Image:
    """The portrait, small."""
    return Image.open(io.BytesIO(PORTRAIT)).resize((240, 240))


def whole() -> dict[str, bytes]:
    """A good file of each format."""
    kinds = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP")
    return {"HEIC": HEIC} | {kind: encoded(face(), kind) for kind in kinds}


def truncated() -> Iterator[tuple[str, bytes]]:
    """Good files that end too soon."""
    for kind, data in whole().items():
        for share in (0.001, 0.01, 0.1, 0.5, 0.9, 0.999):
            yield f"{kind} cut at {share}", data[: int(len(data) * share)]


def flipped() -> Iterator[tuple[str, bytes]]:
    """Good files in which some bits, mostly of the header, are wrong."""
    random = np.random.default_rng(7)
    for kind, data in whole().items():
        for number in range(6):
            changed = bytearray(data)
            for _ in range(int(random.integers(1, 30))):
                reach = len(changed) if random.random() < 0.5 else 400
                changed[int(random.integers(0, reach))] ^= 1 << int(random.integers(0, 8))
            yield f"{kind} flipped {number}", bytes(changed)


def png_chunk(name: bytes, content: bytes) -> bytes:
    """One chunk."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """An RGB PNG that says it has this size, with chunks before its end."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + png_chunk(b"IEND", b"")


def packed_zeros(megabytes: int) -> bytes:
    """A zlib stream of zeros, a thousandth of their size, made without holding them."""
    packer = zlib.compressobj(9)
    return b"".join([*(packer.compress(bytes(1_000_000)) for _ in range(megabytes)), packer.flush()])


def gif_screen() -> bytes:
    """A GIF of one pixel on a screen of 50,000 x 50,000."""
    data = bytearray(encoded(Image.new("L", (1, 1)), "GIF"))
    data[6:10] = struct.pack("<HH", 50_000, 50_000)
    return bytes(data)


def tiff(tags: list[tuple[int, int, int, int]], after: int = 0, content: bytes = b"") -> bytes:
    """A little-endian TIFF with one directory of raw entries (tag, kind, count, value), and what comes behind it."""
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    return struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + entries + struct.pack("<I", after) + content


def tiff_of(width: int, height: int, content: bytes, *extra_tags: tuple[int, int, int, int]) -> bytes:
    """A grey TIFF of one deflated strip."""
    tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1), (277, 3, 1, 1)]
    tags += [(278, 4, 1, height), (279, 4, 1, len(content)), *extra_tags]
    offset = 8 + 2 + 12 * (len(tags) + 1) + 4
    return tiff([*tags, (273, 4, 1, offset)], content=content)


def scans(times: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: each is little to send and much to decode."""
    data = encoded(Image.new("L", (3000, 3000), 90), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * times + data[-2:]


def frames(count: int) -> list[Image.Image]:
    """Pictures that differ."""
    return [Image.new("RGB", (120, 90), (number % 256, 40, 200)) for number in range(count)]


def turned(orientation: int) -> bytes:
    """The portrait with an EXIF orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(face(), "JPEG", exif=exif)


def pictures() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """What is sent as one picture, by what it is, each made when it is asked for."""
    noise = np.random.default_rng(0)
    yield "nothing", bytes
    yield "one byte", lambda: b"\xff"
    yield "20 MB of noise", lambda: noise.bytes(20_000_000)
    yield "20 MB of noise behind a JPEG's beginning", lambda: PORTRAIT[:600] + noise.bytes(20_000_000)
    yield "SVG", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    yield "HTML", lambda: b"<!doctype html><title>me.jpg</title><script>alert(1)</script>"
    yield "1 x 1", lambda: encoded(Image.new("RGB", (1, 1)), "PNG")
    yield "65,500 x 16", lambda: encoded(Image.new("RGB", (65_500, 16)), "JPEG")
    yield "50,000 x 50,000 PNG", lambda: png(50_000, 50_000, png_chunk(b"IDAT", packed_zeros(8)))
    yield "50,000 x 50,000 WebP", lambda: b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\x4f\xc3\0" * 2 + bytes(40)
    yield "50,000 x 50,000 GIF", gif_screen
    yield "50,000 x 50,000 TIFF", lambda: tiff_of(50_000, 50_000, packed_zeros(1))
    yield "PNG of 40 million pixels in 300 bytes", lambda: png(6300, 6300, png_chunk(b"IDAT", b"x\x9c" + bytes(200)))
    yield "PNG with a huge iCCP", lambda: png(90, 90, png_chunk(b"iCCP", b"x\0\0" + packed_zeros(64)))
    yield "PNG with a huge zTXt", lambda: png(90, 90, png_chunk(b"zTXt", b"x\0\0" + packed_zeros(64)))
    yield "PNG with 50,000 texts", lambda: png(90, 90, *[png_chunk(b"tEXt", b"x\0y")] * 50_000)
    yield "300 frames of GIF", lambda: encoded(frames(1)[0], "GIF", save_all=True, append_images=frames(300)[1:])
    yield "30 frames of WebP", lambda: encoded(frames(1)[0], "WEBP", save_all=True, append_images=frames(30)[1:])
    yield "CMYK JPEG", lambda: encoded(face().convert("CMYK"), "JPEG")
    yield "16-bit PNG", lambda: encoded(deep(), "PNG")
    yield "16-bit TIFF", lambda: encoded(deep(), "TIFF")
    yield "TIFF that unpacks to far more than it says", lambda: tiff_of(100, 100, packed_zeros(100))
    yield "TIFF of 40 million pixels", lambda: tiff_of(6300, 6300, packed_zeros(40))
    yield "TIFF with itself as its next page", lambda: tiff([(256, 4, 1, 90), (257, 4, 1, 90)], after=8)
    yield "TIFF with itself as its EXIF", lambda: tiff_of(90, 90, packed_zeros(1), (34665, 4, 1, 8), (330, 4, 1, 8))
    yield "TIFF with four billion strips", lambda: tiff([(256, 4, 1, 90), (257, 4, 1, 90), (273, 4, 0xFFFFFFFF, 8)])
    yield (
        "TIFF with a tile of four billion",
        lambda: tiff_of(90, 90, packed_zeros(1), (322, 4, 1, 2**31), (323, 4, 1, 2**31)),
    )
    yield "JPEG of 5,000 scans", lambda: scans(5000)
    yield "JPEG that is a zip, too", lambda: encoded(face(), "JPEG") + zips.zipped({"me.jpg": PORTRAIT})
    yield "zip sent as a picture", lambda: zips.zipped({"me.jpg": PORTRAIT})
    for orientation in (*range(10), 255, 65535):
        yield f"EXIF orientation {orientation}", partial(turned, orientation)
    for name, data in (*truncated(), *flipped()):
        yield name, partial(bytes, data)


def deep() -> Image.Image:
    """The portrait in grey, 16 bits."""
    return Image.fromarray(np.asarray(face().convert("L")).astype(np.uint16) * 257)


def archives() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """What is sent as a zip."""
    good = zips.zipped({"me.jpg": encoded(face(), "JPEG")})
    yield "zip in a zip", lambda: zips.zipped({"a.zip": good, "a.jpg": good})
    yield "zips in zips, sixteen wide", lambda: zips.zipped({f"{n}.zip": good for n in range(16)})
    yield "500 MB of zeros", lambda: zips.zeros("me.jpg", 500)
    yield "500 MB of zeros said to be little", lambda: zips.claiming(zips.zeros("me.jpg", 500), 5_000_000)
    yield "names that climb", lambda: zips.zipped({f"{'../' * n}x{n}.jpg": encoded(face(), "JPEG") for n in range(3)})
    yield "10,000 tiny files", lambda: zips.zipped({f"{n}.jpg": b"" for n in range(10_000)}, zipfile.ZIP_STORED)
    yield (
        "60,000 entries of the same bytes",
        lambda: zips.overlapping(zips.zipped({"me.jpg": bytes(20_000_000)}), 60_000),
    )
    yield "encrypted", lambda: zips.encrypted(good)
    yield "cut", lambda: good[: len(good) // 2]
    yield "no zip", lambda: b"PK\x03\x04" + np.random.default_rng(0).bytes(100_000)
    yield "a name of 60,000 letters", lambda: zips.zipped({"x" * 60_000 + ".jpg": b"no picture"})
