"""HEIC: HEIF files coded with HEVC, from phones. Uses libheif directly, since Pillow would copy the array."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pi_heif  # type: ignore[import-untyped]
from PIL import Image as Pillow

from core.images import bmff, row_strips
from core.images.colour import SRGB, Description
from core.images.crop import Image

# For callers that open such files with Pillow. Thumbnails and depth are unused, so they are not parsed.
pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)

BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
"""Brands of files coded with HEVC; those of AVIF have `avif` and may share all other brands."""
GENERAL = b"mif1"
"""Brand of files with pictures of any codec."""


@dataclass(frozen=True, slots=True)
class Heif:
    """A HEIF file. width, height: of its main picture, pixels, upright. colour: its description."""

    file: pi_heif.HeifFile
    width: int
    height: int
    colour: Description = SRGB

    @property
    def orientation(self) -> int:
        """Always 1, upright."""
        return 1

    def load(self) -> Image:
        """Return its pixels on white, upright: RGB uint8 (height, width, 3).

        Raises:
            ValueError, EOFError, RuntimeError, OSError: libheif finds it damaged.
        """
        pixels = np.asarray(self.file)[:, : self.width]
        if pixels.shape[:2] != (self.height, self.width):
            raise ValueError("expected the size that the header says")
        mode = self.file.mode
        convert = self.colour.to_srgb(mode, self.width * self.height)
        if mode == "RGB" and convert is None:
            # libheif's memory is read-only, which dlib does not accept.
            return np.array(pixels)

        def rows(top: int, bottom: int) -> np.ndarray:
            band = pixels[top:bottom]
            return row_strips.as_rgb(Pillow.frombytes(mode, (self.width, bottom - top), band.tobytes()), convert)

        return row_strips.assemble_upright(self.width, self.height, 1, rows)


def is_heif(data: bytes) -> bool:
    """Whether a file is HEIF coded with HEVC, by its content."""
    if data[4:8] != b"ftyp":
        return False
    end = min(int.from_bytes(data[:4], "big"), len(data), 1024)
    brands = {data[8:12], *(data[offset : offset + 4] for offset in range(16, end, 4))}
    if not BRANDS.isdisjoint(brands):
        return True
    # Some writers give the general brand only, so the codec must be looked up.
    picture = bmff.primary_item(data) if GENERAL in brands else None
    return picture is not None and picture.kind in bmff.CODED_BY_HEVC


def open_heif(data: bytes) -> Heif:
    """Read the header. libheif rotates the pixels itself; EXIF orientation, which may repeat the rotation, is ignored.

    Raises:
        ValueError, EOFError, SyntaxError, RuntimeError, OSError: libheif finds it damaged.
    """
    file = pi_heif.open_heif(data, convert_hdr_to_8bit=True)
    picture = bmff.primary_item(data)
    profile = file.info.get("icc_profile")
    description = picture.colour if picture else SRGB
    width, height = file.size
    return Heif(file, width, height, Description(profile, description.codes) if profile else description)
