"""Opens pictures that come from strangers: by content, within limits, from memory, upright, as RGB."""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image as Pillow
from PIL import UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from core import bands
from core.bmp import is_bmp, open_bmp
from core.crop import Image
from core.errors import ImageError
from core.heif import is_heif, open_heif
from core.webp import is_webp, open_webp

FORMATS = ("JPEG", "PNG", "GIF", "TIFF", "AVIF", "BMP", "WEBP", "HEIF")
"""Pillow's names of what can be opened."""

EXPECTED = "a JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF or BMP picture"
SUFFIXES = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".jif",
        ".pjpeg",
        ".pjp",
        ".png",
        ".webp",
        ".heic",
        ".heif",
        ".hif",
        ".avif",
        ".gif",
        ".tif",
        ".tiff",
        ".bmp",
        ".dib",
    ]
)
BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*")
MIN_SIDE = 16


class Opened(Protocol):
    """A picture whose header was read."""

    @property
    def width(self) -> int:
        """Pixels."""
        ...

    @property
    def height(self) -> int:
        """Pixels."""
        ...

    def load(self) -> Image:
        """Its pixels: RGB uint8, upright, shape (height, width, 3)."""
        ...


@dataclass(slots=True)
class ByPillow:
    """A picture that Pillow decodes."""

    picture: Pillow.Image

    @property
    def width(self) -> int:
        """See Opened."""
        return self.picture.width

    @property
    def height(self) -> int:
        """See Opened."""
        return self.picture.height

    def load(self) -> Image:
        """See Opened."""
        try:
            self.picture.load()
        except OSError:
            # libjpeg says the same of damage as of too little memory for a progressive picture's coefficients.
            np.empty(coefficients(self.picture), np.int16)
            raise
        turn = 1
        # A picture with EXIF that nobody can read is shown as it is by others, too.
        with contextlib.suppress(Exception):
            turn = bands.orientation(self.picture.getexif())
        return bands.from_pillow(self.picture, turn)


def coefficients(picture: Pillow.Image) -> int:
    """How many coefficients of a progressive JPEG are in memory at once while it is decoded; 0 for other pictures."""
    if not isinstance(picture, JpegImageFile) or "progressive" not in picture.info:
        return 0
    blocks = [across * down for _, across, down, _ in picture.layer]
    return picture.width * picture.height * sum(blocks) // max(blocks)


def read_picture(path: Path, max_mb: int, max_megapixels: int) -> Image:
    """Open a picture file; see `decode_picture`.

    Raises:
        ImageError: the file cannot be read, or is not a picture that can be opened.
    """
    try:
        if path.is_dir():
            raise ImageError("Expected a picture; this is a folder.")
        check_size(path.stat().st_size, max_mb)
        data = path.read_bytes()
    except OSError as error:
        raise ImageError("Expected a picture; the file cannot be read ({reason}).", reason=error.strerror) from error
    return decode_picture(data, max_mb, max_megapixels)


def decode_picture(data: bytes, max_mb: int, max_megapixels: int) -> Image:
    """Decode a picture from memory.

    The type is told by content, never by name. Of an animation the first frame counts, of a TIFF the first page, of a
    HEIC the main picture; EXIF orientation is applied; transparency is laid on white; 16 bits a channel become 8; CMYK
    becomes RGB.

    At its peak it takes 7 bytes a pixel, what the decoder itself needs aside.

    Args:
        data: the whole file.
        max_mb: most megabytes of the file.
        max_megapixels: most millions of pixels, checked before any is decoded.

    Returns:
        RGB uint8, shape (height, width, 3).

    Raises:
        ImageError: the file is empty, too large, of another type, truncated or damaged, or under 16 pixels a side; or
            there is not enough memory.
    """
    if not data:
        raise ImageError("Expected a picture; the file is empty.")
    check_size(len(data), max_mb)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            opened = open_picture(data)
            check_pixels(opened.width, opened.height, max_megapixels)
            return opened.load()
    except ImageError:
        raise
    except Pillow.DecompressionBombError as error:
        raise ImageError(
            "Expected at most {most} megapixels; this picture has far more. Scale it down and try again.",
            most=max_megapixels,
        ) from error
    except Exception as error:  # decoders raise a dozen kinds on damaged files
        if isinstance(error, UnidentifiedImageError) and not begins_like_one(data):
            raise ImageError(
                "Expected a JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF or BMP picture; this file is something else, "
                "whatever its name says."
            ) from error
        if isinstance(error, MemoryError) or "memory" in str(error).lower():
            raise ImageError(
                "Expected a picture that opens in the memory there is for one; this one needs more. Scale it down and "
                "try again."
            ) from error
        raise ImageError("Expected a picture; this one is truncated or damaged and cannot be opened.") from error


def open_picture(data: bytes) -> Opened:
    """Read a picture's header.

    Raises:
        UnidentifiedImageError: it is no picture of ours. Exception: a decoder's, of a damaged file.
    """
    if is_webp(data):
        return open_webp(data)
    if is_heif(data):
        return open_heif(data)
    if is_bmp(data):
        return open_bmp(data)
    return ByPillow(Pillow.open(io.BytesIO(data), formats=FORMATS[:-3]))


def begins_like_one(data: bytes) -> bool:
    """Whether a file that Pillow does not know begins like one that it should."""
    return data.startswith(BEGINNINGS) or is_bmp(data) or data[4:12] in (b"ftypavif", b"ftypavis")


def check_size(size: int, max_mb: int) -> None:
    """Raises ImageError for a file of too many bytes."""
    if size > max_mb * 1_000_000:
        raise ImageError(
            "Expected a file of at most {most} MB; this one has {size:.1f} MB. Save it smaller and try again.",
            most=max_mb,
            size=size / 1e6,
        )


def check_pixels(width: int, height: int, max_megapixels: int) -> None:
    """Raises ImageError for a picture of too many or too few pixels."""
    if width * height > max_megapixels * 1_000_000:
        raise ImageError(
            "Expected at most {most} megapixels; this picture has {width} x {height} ({megapixels:.0f} megapixels). "
            "Scale it down and try again.",
            most=max_megapixels,
            width=width,
            height=height,
            megapixels=width * height / 1e6,
        )
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            "Expected at least {least} pixels a side; this picture has {width} x {height}.",
            least=MIN_SIDE,
            width=width,
            height=height,
        )
