"""Reads pictures of training sets as the app does."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from core.errors import ImageError
from core.images.decode import read_picture
from core.settings import PictureSettings
from core.settings_reader import load_settings
from training.errors import DataError


def load_rgb(path: Path) -> np.ndarray:
    """Read a training picture as the app does: sRGB uint8 (height, width, 3), upright, within the settings' limits.

    Raises:
        DataError: the file is missing, or not a picture that the app would open. SettingsError: the settings are
        invalid.
    """
    settings = limits()
    try:
        return read_picture(path, settings.max_picture_mb, settings.max_megapixels)
    except ImageError as error:
        raise DataError(
            f"expected a picture; {path} is missing or cannot be read. Is --data the data folder? {error}"
        ) from error


@functools.cache
def limits() -> PictureSettings:
    """Return the settings, cached, since millions of pictures are opened.

    Raises:
        SettingsError: see load_settings.
    """
    return load_settings().pictures
