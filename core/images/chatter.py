"""Silences the messages that decoders print on standard error; Fairest reports errors in its own words."""

from __future__ import annotations

import ctypes
import functools
import logging
import sys

import cv2
from PIL import _imaging


@functools.cache
def libtiff() -> ctypes.CDLL | None:
    """Return the libtiff that Pillow uses; None where it is linked statically into Pillow and unreachable (Windows)."""
    if sys.platform == "win32":
        return None
    # The loader also looks for symbols in the libraries that this one depends on.
    try:
        library = ctypes.CDLL(_imaging.__file__)
    except OSError:
        return None
    return library if hasattr(library, "TIFFSetErrorHandler") and hasattr(library, "TIFFIsCODECConfigured") else None


def silence() -> None:
    """Silence OpenCV, libtiff and Pillow's log permanently. Errors still raise exceptions."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    logging.getLogger("PIL").addHandler(logging.NullHandler())
    library = libtiff()
    if library:
        for name in ("TIFFSetErrorHandler", "TIFFSetWarningHandler"):
            setter = getattr(library, name)
            setter.argtypes, setter.restype = [ctypes.c_void_p], ctypes.c_void_p
            setter(None)
