"""Opens pictures that come from strangers: by content, within limits, from memory, upright, as RGB."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from core.crop import Image
from core.errors import ImageError

FORMATS = ("JPEG", "PNG", "WEBP")
EXPECTED = "a JPEG, PNG or WebP picture"
SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".webp"})
MIN_SIDE = 16


def read_picture(path: Path, max_mb: int, max_megapixels: int) -> Image:
    """Open a picture file; see `decode_picture`.

    Raises:
        ImageError: the file cannot be read, or is not a picture that can be opened.
    """
    try:
        if path.is_dir():
            raise ImageError(f"Expected {EXPECTED}; this is a folder.")
        if path.stat().st_size > max_mb * 1_000_000:
            raise ImageError(too_large(path.stat().st_size, max_mb))
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(f"Expected {EXPECTED}; the file cannot be read ({error.strerror}).") from error
    return decode_picture(data, max_mb, max_megapixels)


def too_large(size: int, max_mb: int) -> str:
    """The sentence for a file of too many bytes."""
    return f"Expected a file of at most {max_mb} MB; this one has {size / 1e6:.1f} MB. Save it smaller and try again."


def decode_picture(data: bytes, max_mb: int, max_megapixels: int) -> Image:
    """Decode a picture from memory.

    The type is told by content, never by name. Of an animation the first frame counts; EXIF orientation is applied;
    transparency is laid on white; 16 bits a channel become 8; CMYK becomes RGB.

    Args:
        data: the whole file.
        max_mb: most megabytes of the file.
        max_megapixels: most millions of pixels, checked before any is decoded.

    Returns:
        RGB uint8, shape (height, width, 3).

    Raises:
        ImageError: the file is empty, too large, of another type, truncated or damaged, or under 16 pixels a side.
    """
    if not data:
        raise ImageError(f"Expected {EXPECTED}; the file is empty.")
    if len(data) > max_mb * 1_000_000:
        raise ImageError(too_large(len(data), max_mb))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Pillow.DecompressionBombWarning)
            picture = Pillow.open(io.BytesIO(data), formats=FORMATS)
            width, height = picture.size
            if width * height > max_megapixels * 1_000_000:
                raise ImageError(
                    f"Expected at most {max_megapixels} megapixels; this picture has {width} x {height} "
                    f"({width * height / 1e6:.0f} megapixels). Scale it down and try again."
                )
            if min(width, height) < MIN_SIDE:
                raise ImageError(f"Expected at least {MIN_SIDE} pixels a side; this picture has {width} x {height}.")
            picture.load()
            return as_rgb(ImageOps.exif_transpose(picture))
    except ImageError:
        raise
    except Pillow.DecompressionBombError as error:
        raise ImageError(f"Expected at most {max_megapixels} megapixels; this picture claims far more.") from error
    except UnidentifiedImageError as error:
        raise ImageError(f"Expected {EXPECTED}; this file is something else, whatever its name says.") from error
    except Exception as error:  # Pillow's decoders raise a dozen kinds on damaged files
        raise ImageError(f"Expected {EXPECTED}; this one is truncated or damaged and cannot be opened.") from error


def as_rgb(picture: Pillow.Image) -> Image:
    """Any Pillow mode as RGB uint8 (height, width, 3)."""
    if picture.mode.startswith("I"):
        grey = np.asarray(picture).astype(np.uint32)
        grey = (grey >> 8 if grey.max(initial=0) > 255 else grey).astype(np.uint8)
        return np.ascontiguousarray(np.repeat(grey[..., np.newaxis], 3, axis=2))
    if picture.has_transparency_data:
        over = picture.convert("RGBA")
        picture = Pillow.alpha_composite(Pillow.new("RGBA", over.size, (255, 255, 255, 255)), over)
    return np.array(picture.convert("RGB"))
