"""Decoders say what they find to standard error; here it is told in our sentences, so they are made silent."""

from __future__ import annotations

import ctypes
import functools
import logging
import sys

import cv2
from PIL import _imaging


@functools.cache
def libtiff() -> ctypes.CDLL | None:
    """The libtiff that Pillow decodes by; None where it is a part of Pillow that nobody else can reach (Windows)."""
    if sys.platform == "win32":
        return None
    # The loader looks for a function in the libraries that this one needs, too.
    try:
        found = ctypes.CDLL(_imaging.__file__)
    except OSError:
        return None
    return found if hasattr(found, "TIFFSetErrorHandler") and hasattr(found, "TIFFIsCODECConfigured") else None


def silence() -> None:
    """Make OpenCV, libtiff and Pillow's log silent, for good. What they find still ends in an exception."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    logging.getLogger("PIL").addHandler(logging.NullHandler())
    library = libtiff()
    if library:
        for name in ("TIFFSetErrorHandler", "TIFFSetWarningHandler"):
            setter = getattr(library, name)
            setter.argtypes, setter.restype = [ctypes.c_void_p], ctypes.c_void_p
            setter(None)
