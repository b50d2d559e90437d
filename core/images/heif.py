"""HEIC: pictures of phones, in HEIF files coded by HEVC. libheif decodes into an array; Pillow would copy that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pi_heif  # type: ignore[import-untyped]
from PIL import Image as Pillow

from core.images import bmff, row_strips
from core.images.colour import SRGB, Description
from core.images.crop import Image

# For whoever opens such files by Pillow. Nobody looks at thumbnails or depth, so no stranger's are read.
pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)

BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
"""Of files whose pictures are coded by HEVC; those of AVIF say `avif` and may share all other brands."""
GENERAL = b"mif1"
"""Of files with pictures, whatever their codec."""


@dataclass(frozen=True, slots=True)
class Heif:
    """A HEIF file. width, height: of its main picture, pixels, upright. colour: what is said of it."""

    file: pi_heif.HeifFile
    width: int
    height: int
    colour: Description = SRGB

    @property
    def orientation(self) -> int:
        """Upright."""
        return 1

    def load(self) -> Image:
        """Its pixels on white, upright: RGB uint8 (height, width, 3).

        Raises:
            ValueError, EOFError, RuntimeError, OSError: it is damaged, as libheif finds.
        """
        pixels = np.asarray(self.file)[:, : self.width]
        if pixels.shape[:2] != (self.height, self.width):
            raise ValueError("expected the size that the header says")
        mode = self.file.mode
        convert = self.colour.to_srgb(mode, self.width * self.height)
        if mode == "RGB" and convert is None:
            # libheif's own memory cannot be written to, which dlib insists on.
            return np.array(pixels)

        def rows(top: int, bottom: int) -> np.ndarray:
            band = pixels[top:bottom]
            return row_strips.as_rgb(Pillow.frombytes(mode, (self.width, bottom - top), band.tobytes()), convert)

        return row_strips.assemble_upright(self.width, self.height, 1, rows)


def is_heif(data: bytes) -> bool:
    """Whether a file is one of those meant here, by its content."""
    if data[4:8] != b"ftyp":
        return False
    end = min(int.from_bytes(data[:4], "big"), len(data), 1024)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}
    if not BRANDS.isdisjoint(brands):
        return True
    # Some writers say that it is HEIF, and leave the codec to be looked up.
    picture = bmff.primary_item(data) if GENERAL in brands else None
    return picture is not None and picture.kind in bmff.CODED_BY_HEVC


def open_heif(data: bytes) -> Heif:
    """Read the header. Libheif turns pixels itself; EXIF's orientation, which may say the same again, does not count.

    Raises:
        ValueError, EOFError, SyntaxError, RuntimeError, OSError: it is damaged, as libheif finds.
    """
    file = pi_heif.open_heif(data, convert_hdr_to_8bit=True)
    picture = bmff.primary_item(data)
    profile = file.info.get("icc_profile")
    said = picture.colour if picture else SRGB
    width, height = file.size
    return Heif(file, width, height, Description(profile, said.codes) if profile else said)
