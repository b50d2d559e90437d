"""Decodes untrusted pictures: type by content, size limits, in memory, upright, as RGB."""

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
"""Pillow's names of the supported formats."""

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
        """Width in pixels."""
        ...

    @property
    def height(self) -> int:
        """Height in pixels."""
        ...

    @property
    def orientation(self) -> int:
        """The EXIF orientation that still applies to width and height."""
        ...

    def load(self) -> Image:
        """Return its pixels: sRGB uint8, upright, shape (height, width, 3)."""
        ...


@dataclass(slots=True)
class ByPillow:
    """A picture that Pillow decodes. colour: its description. samples: of grey with more than 8 bits.

    jpeg: its segments, if it is a JPEG.
    """

    picture: Pillow.Image
    colour: Description = SRGB
    samples: Samples = ORDINARY
    jpeg: Jpeg | None = None

    @property
    def width(self) -> int:
        """Width in pixels as stored."""
        return self.picture.width

    @property
    def height(self) -> int:
        """Height in pixels as stored."""
        return self.picture.height

    @property
    def orientation(self) -> int:
        """The EXIF orientation. Pillow has already made a TIFF upright."""
        # Others also show a picture whose EXIF is unreadable as it is stored.
        with contextlib.suppress(Exception):
            if self.picture.format != "TIFF":
                return row_strips.exif_orientation(self.picture.getexif())
        return 1

    def load(self) -> Image:
        """Decode its pixels."""
        try:
            if self.jpeg:
                check_end(self.jpeg)
            self.picture.load()
        except OSError:
            # libjpeg raises the same error for damage as for too little memory for a progressive picture's
            # coefficients.
            np.empty(coefficient_count(self.picture), np.int16)
            raise
        return row_strips.from_pillow(self.picture, self.orientation, self.colour, self.samples)


def coefficient_count(picture: Pillow.Image) -> int:
    """Number of coefficients that decoding a progressive JPEG holds in memory at once; 0 for other pictures."""
    if not isinstance(picture, JpegImageFile) or "progressive" not in picture.info:
        return 0
    blocks = [across * down for _, across, down, _ in picture.layer]
    return picture.width * picture.height * sum(blocks) // max(blocks)


def read_picture(path: Path, max_mb: int, max_megapixels: int) -> Image:
    """Read and decode a picture file; see `decode_picture`.

    Raises:
        ImageError: the file cannot be read, or is not a picture that can be opened.
    """
    return decode_picture(read_file(path, max_mb), max_mb, max_megapixels)


def read_size(path: Path, max_mb: int, max_megapixels: int) -> tuple[int, int]:
    """Return width and height, in pixels, of the picture that `read_picture` would return; no pixel is decoded.

    Raises:
        ImageError: the file cannot be read, or is not a picture that can be opened.
    """
    with decoder_errors(data := read_file(path, max_mb), max_megapixels):
        opened = open_checked(data, max_mb, max_megapixels)
        sideways = row_strips.ORIENTATIONS.get(opened.orientation, (False,))[0]
        return (opened.height, opened.width) if sideways else (opened.width, opened.height)


def read_file(path: Path, max_mb: int) -> bytes:
    """Return a file's bytes.

    Raises:
        ImageError: it cannot be read, or is too large.
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

    The type is detected by content, never by name. The first frame of an animation, the first page of a TIFF and the
    main picture of a HEIC are used; EXIF orientation is applied; colours are converted to sRGB by the file's profile;
    transparent pixels are put on white, but for a PNG of 16-bit colours of which one is transparent; 16 bits per
    channel become 8, and grey that uses 10 or 12 bits is scaled from those. Errors in parts of a file that hold no
    pixels, such as its end marker, a text or a profile, are ignored.

    Peak memory is 7 bytes per pixel, plus what the decoder itself needs.

    Args:
        data: the whole file.
        max_mb: maximum size of the file, megabytes.
        max_megapixels: maximum number of pixels in millions, checked before any is decoded.

    Returns:
        sRGB uint8, shape (height, width, 3).

    Raises:
        ImageError: the file is empty, too large, of an unsupported type or kind, truncated or damaged, or under 16
        pixels
            a side; or there is not enough memory.
    """
    with decoder_errors(data, max_megapixels):
        return open_checked(data, max_mb, max_megapixels).load()


def open_checked(data: bytes, max_mb: int, max_megapixels: int) -> Opened:
    """Read a picture's header and check it against the limits.

    Raises:
        ImageError: it exceeds them. Exception: the decoder's, for a damaged file.
    """
    if not data:
        raise ImageError("Expected a picture; the file is empty.")
    check_size(len(data), max_mb)
    opened = open_picture(data)
    check_pixels(opened.width, opened.height, max_megapixels)
    return opened


@contextlib.contextmanager
def decoder_errors(data: bytes, max_megapixels: int) -> Iterator[None]:
    """Convert all exceptions of decoders in this context to ImageError, and suppress their warnings."""
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
                "regardless of its name."
            ) from error
        if isinstance(error, MemoryError) or "memory" in str(error).lower():
            raise ImageError(
                "Expected a picture that fits into the memory available for one; this one needs more. Scale it down "
                "and try again."
            ) from error
        raise ImageError("Expected a picture; this one is truncated or damaged and cannot be opened.") from error


OPENERS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], Opened]], ...] = (
    (is_webp, open_webp),
    (is_heif, open_heif),
    (is_bmp, open_bmp),
)
"""Tests for the formats that have their own readers, and these readers."""


def open_picture(data: bytes) -> Opened:
    """Read a picture's header.

    Raises:
        UnidentifiedImageError: it is not a supported picture. ImageError: it is of an unsupported kind. Exception: the
            decoder's, for a damaged file.
    """
    for is_format, open_format in OPENERS:
        if is_format(data):
            return open_format(data)
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
    """Whether a file that Pillow does not recognise begins like a supported one."""
    avif = data[4:12] in (b"ftypavif", b"ftypavis")
    return data.startswith(BEGINNINGS) or avif or is_bmp(data) or is_webp(data) or is_heif(data)


def check_size(size: int, max_mb: int) -> None:
    """Raise ImageError for a file that is too large."""
    if size > max_mb * 1_000_000:
        raise ImageError(
            "Expected a file of at most {most} MB; this one has {size:.1f} MB. Reduce its size and try again.",
            most=max_mb,
            size=size / 1e6,
        )


def check_pixels(width: int, height: int, max_megapixels: int) -> None:
    """Raise ImageError for a picture with too many or too few pixels."""
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
            "Expected at least {least} pixels per side; this picture has {width} x {height}.",
            least=MIN_SIDE,
            width=width,
            height=height,
        )
