"""Visitors of the photos page: they upload valid and invalid pictures, check the results, and leave."""

from __future__ import annotations

import asyncio
import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np

from tests import faces
from tests.live.caller import Reply, request
from tests.live.page import Page
from tests.soak.plan import Upload

PICKER = "fairest_picker"
GOOD = ("face.jpg", "face.png", "face.webp", "landscape.jpg", "two.zip")
BAD = ("text.jpg", "cut.jpg", "empty.jpg", "huge.png", "nothing.zip")
FILES = (*GOOD, *BAD)


@cache
def content(name: str) -> bytes:
    """Return the bytes of a file by its name in FILES."""
    jpeg = (faces.FOLDER / faces.ADULT).read_bytes()
    makers = {
        "face.jpg": lambda: jpeg,
        "face.png": lambda: _encoded(".png"),
        "face.webp": lambda: _encoded(".webp"),
        "landscape.jpg": _landscape,
        "two.zip": lambda: _zip({"one.jpg": jpeg, "other.jpg": _landscape()}),
        "text.jpg": lambda: b"This is no picture. " * 20,
        "cut.jpg": lambda: jpeg[:600],
        "empty.jpg": lambda: b"",
        "huge.png": _huge,
        "nothing.zip": lambda: _zip({}),
    }
    return makers[name]()


def _encoded(suffix: str) -> bytes:
    small = cv2.resize(faces.load(faces.SUREST), (480, 480), interpolation=cv2.INTER_AREA)
    return cv2.imencode(suffix, cv2.cvtColor(small, cv2.COLOR_RGB2BGR))[1].tobytes()


def _landscape() -> bytes:
    """Return a picture of grey waves without faces."""
    row = 128 + 60 * np.sin(np.linspace(0, 20, 640))
    return cv2.imencode(".jpg", np.tile(row.astype(np.uint8), (480, 1)))[1].tobytes()


def _zip(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _huge() -> bytes:
    """Return a PNG that claims 3,600 megapixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


async def bring(url: str, plan: Upload, alone: asyncio.Lock) -> None:
    """Simulate one visitor, from opening the page to leaving it.

    Args:
        url: the app's URL.
        plan: what the visitor uploads.
        alone: held while the workers process a file.

    Raises:
        AssertionError, TimeoutError: something was not as expected.
    """
    page = Page(url, "photos")
    await page.open()
    try:
        await page.until(lambda: page.data(PICKER) is not None, "the picker")
        picker = page.data(PICKER)
        assert picker is not None
        for name in plan.files:
            async with alone:
                reply = await asyncio.to_thread(_put, url + picker["url"], name)
            assert reply.status == 200, f"expected 200 to {name}; received {reply.status}: {reply.body}"
            assert '"done": ' in reply.body, f"expected an event for {name}; received {reply.body!r}"
        await page.rerun()
        await page.until(lambda: shown(page.texts(), plan.files), f"what came of {', '.join(plan.files)}")
        if plan.leaves == "vanishes":
            await page.vanish()
    finally:
        await page.close()


def _put(url: str, name: str) -> Reply:
    return request(url, "PUT", content(name), X_File_Name=name, Content_Type="application/octet-stream")


def shown(texts: list[str], files: Sequence[str]) -> bool:
    """Return whether a page shows the expected results for these files: number of pictures, and other files' errors."""
    good_count = sum(2 if name.endswith(".zip") else 1 for name in files if name in GOOD)
    count_shown = not good_count or any(text.startswith(f"**{good_count} picture") for text in texts)
    bad_files = [name for name in files if name in BAD]
    return count_shown and all(any(text.startswith(f"{name}: Expected ") for text in texts) for name in bad_files)
