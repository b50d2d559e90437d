"""Uploaded pictures rated: what the photos page shows, without the page."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass

import cv2
import numpy as np

from core.analyzer import Analyzer
from core.crop import Image
from core.draw import draw
from core.errors import ImageError
from core.images import decode_picture
from core.settings import Settings
from core.sinks import CsvSink, Result

SHOWN_SIDE = 1280
"""Longest side, pixels, of a drawn picture on the page."""


@dataclass(frozen=True, slots=True)
class Rated:
    """One uploaded file: its result and, if it could be opened, the drawn picture."""

    result: Result
    drawn: Image | None


def rate_upload(name: str, data: bytes, analyzer: Analyzer, settings: Settings) -> Rated:
    """Decode, analyze and draw one file; never raises for what is in the file."""
    begin = time.perf_counter()
    try:
        image = decode_picture(data, settings.max_picture_mb, settings.max_megapixels)
    except ImageError as error:
        return Rated(Result(name, None, None, str(error), None, []), None)
    faces = analyzer.analyze(image)
    ms = (time.perf_counter() - begin) * 1000
    height, width = image.shape[:2]
    drawn = shrunk(draw(image, faces, settings.label_above))
    return Rated(Result(name, width, height, None, ms, faces), drawn)


def shrunk(image: Image) -> Image:
    """The picture at most SHOWN_SIDE pixels long."""
    scale = SHOWN_SIDE / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def as_csv(rated: list[Rated]) -> str:
    """All results in the CSV form of `python -m core`."""
    stream = io.StringIO()
    sink = CsvSink(stream)
    for one in rated:
        sink.write(one.result)
    return stream.getvalue()


def summary(rated: Rated) -> str:
    """One sentence on a picture."""
    result = rated.result
    if result.error:
        return result.error
    refused = sum(face.refused is not None for face in result.faces)
    if not result.faces:
        return "No face was found. Try a picture in which the face is larger and looks at the camera."
    count = len(result.faces)
    text = "1 face" if count == 1 else f"{count} faces"
    return f"{text} found" + (f", {refused} not rated." if refused else ".")
