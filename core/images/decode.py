"""Opens pictures that come from strangers: by content, within limits, from memory, upright, as RGB."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image as Pillow
from PIL import UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from core.errors import ImageError
from core.images import bmff, chatter, kinds, row_strips, tiff
from core.images.bmp import is_bmp, open_bmp
from core.images.colour import SRGB, Description
from core.images.crop import Image
from core.images.heif import is_heif, open_heif
from core.images.jpeg import Jpeg, check_end, is_jpeg, open_jpeg
from core.images.png import is_png, open_png
from core.images.row_strips import ORDINARY, Samples
from core.images.webp import is_webp, open_webp

chatter.silence()

FORMATS = ("JPEG", "PNG", "GIF", "TIFF", "AVIF", "BMP", "WEBP", "HEIF")
"""Pillow's names of what can be opened."""

EXPECTED = "a JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF or BMP picture"
SUFFIXES = frozenset(
    ".jpg .jpeg .jpe .jfif .jif .pjpeg .pjp .png .webp .heic .heif .hif .avif .gif .tif .tiff .bmp .dib".split()  # noqa: SIM905
)
BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", *tiff.BEGINNINGS)
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

    @property
    def orientation(self) -> int:
        """The EXIF orientation that brings width and height upright."""
        ...

    def load(self) -> Image:
        """Its pixels: sRGB uint8, upright, shape (height, width, 3)."""
        ...


@dataclass(slots=True)
class ByPillow:
    """A picture that Pillow decodes. colour: what is said of it. samples: of grey of more than 8 bits.

    jpeg: its segments, if it is one.
    """

    picture: Pillow.Image
    colour: Description = SRGB
    samples: Samples = ORDINARY
    jpeg: Jpeg | None = None

    @property
    def width(self) -> int:
        """See Opened."""
        return self.picture.width

    @property
    def height(self) -> int:
        """See Opened."""
        return self.picture.height

    @property
    def orientation(self) -> int:
        """See Opened. A TIFF is upright for Pillow already."""
        # A picture with EXIF that nobody can read is shown as it is by others, too.
        with contextlib.suppress(Exception):
            if self.picture.format != "TIFF":
                return row_strips.exif_orientation(self.picture.getexif())
        return 1

    def load(self) -> Image:
        """See Opened."""
        try:
            if self.jpeg:
                check_end(self.jpeg)
            self.picture.load()
        except OSError:
            # libjpeg says the same of damage as of too little memory for a progressive picture's coefficients.
            np.empty(coefficient_count(self.picture), np.int16)
            raise
        return row_strips.from_pillow(self.picture, self.orientation, self.colour, self.samples)


def coefficient_count(picture: Pillow.Image) -> int:
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
    return decode_picture(read_file(path, max_mb), max_mb, max_megapixels)


def read_size(path: Path, max_mb: int, max_megapixels: int) -> tuple[int, int]:
    """Width and height of a picture file, pixels, as `read_picture` gives it; no pixel is decoded.

    Raises:
        ImageError: the file cannot be read, or is not a picture that can be opened.
    """
    with decoder_errors(data := read_file(path, max_mb), max_megapixels):
        opened = open_checked(data, max_mb, max_megapixels)
        sideways = row_strips.ORIENTATIONS.get(opened.orientation, (False,))[0]
        return (opened.height, opened.width) if sideways else (opened.width, opened.height)


def read_file(path: Path, max_mb: int) -> bytes:
    """A file's bytes.

    Raises:
        ImageError: it cannot be read, or has too many.
    """
    try:
        if path.is_dir():
            raise ImageError("Expected a picture; this is a folder.")
        check_size(path.stat().st_size, max_mb)
        return path.read_bytes()
    except OSError as error:
        raise ImageError("Expected a picture; the file cannot be read ({reason}).", reason=error.strerror) from error


def decode_picture(data: bytes, max_mb: int, max_megapixels: int) -> Image:
    """Decode a picture from memory.

    The type is told by content, never by name. Of an animation the first frame counts, of a TIFF the first page, of a
    HEIC the main picture; EXIF orientation is applied; colours become sRGB, as the file's profile asks; transparency is
    laid on white; 16 bits a channel become 8, and of a grey that uses 10 or 12 of them, those. What is wrong with a
    part of a file that holds no pixels, as its end marker, a text or a profile, does no harm.

    At its peak it takes 7 bytes a pixel, what the decoder itself needs aside.

    Args:
        data: the whole file.
        max_mb: most megabytes of the file.
        max_megapixels: most millions of pixels, checked before any is decoded.

    Returns:
        sRGB uint8, shape (height, width, 3).

    Raises:
        ImageError: the file is empty, too large, of another type or of a kind that is not opened, truncated or damaged,
            or under 16 pixels a side; or there is not enough memory.
    """
    with decoder_errors(data, max_megapixels):
        return open_checked(data, max_mb, max_megapixels).load()


def open_checked(data: bytes, max_mb: int, max_megapixels: int) -> Opened:
    """Read a picture's header and hold it to the limits.

    Raises:
        ImageError: it is beyond them. Exception: a decoder's, of a damaged file.
    """
    if not data:
        raise ImageError("Expected a picture; the file is empty.")
    check_size(len(data), max_mb)
    opened = open_picture(data)
    check_pixels(opened.width, opened.height, max_megapixels)
    return opened


@contextlib.contextmanager
def decoder_errors(data: bytes, max_megapixels: int) -> Iterator[None]:
    """Around decoders: whatever they raise becomes an ImageError, and they warn of nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ImageError:
        raise
    except Pillow.DecompressionBombError as error:
        raise ImageError(
            "Expected at most {most} megapixels; this picture has far more. Scale it down and try again.",
            most=max_megapixels,
        ) from error
    except Exception as error:  # decoders raise a dozen kinds on damaged files
        kind = None if begins_like_one(data) else kinds.foreign_format(data)
        if kind:
            raise ImageError(
                "Expected a JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF or BMP picture; this file is something else, of an "
                "unsupported kind: {kind}. Save it as a JPEG or PNG and try again.",
                kind=kind,
            ) from error
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


OPENERS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], Opened]], ...] = (
    (is_webp, open_webp),
    (is_heif, open_heif),
    (is_bmp, open_bmp),
)
"""How to tell the kinds that have a reader of their own, and their readers."""


def open_picture(data: bytes) -> Opened:
    """Read a picture's header.

    Raises:
        UnidentifiedImageError: it is no picture of ours. ImageError: it is of a kind that is not opened. Exception: a
            decoder's, of a damaged file.
    """
    for is_one, open_one in OPENERS:
        if is_one(data):
            return open_one(data)
    if is_jpeg(data):
        jpeg_picture, jpeg = open_jpeg(data)
        return ByPillow(jpeg_picture, jpeg.colour(), jpeg=jpeg)
    if is_png(data):
        return ByPillow(*open_png(data))
    if tiff.is_tiff(data):
        page, samples = tiff.open_tiff(data)
        return ByPillow(page, Description(page.info.get("icc_profile")), samples)
    picture = Pillow.open(io.BytesIO(data), formats=FORMATS[:-3])
    main = bmff.primary_item(data) if picture.format == "AVIF" else None
    profile = picture.info.get("icc_profile")
    return ByPillow(picture, Description(profile, main.colour.codes if main else None))


def begins_like_one(data: bytes) -> bool:
    """Whether a file that Pillow does not know begins like one that it should."""
    avif = data[4:12] in (b"ftypavif", b"ftypavis")
    return data.startswith(BEGINNINGS) or avif or is_bmp(data) or is_webp(data) or is_heif(data)


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
