"""The jobs "explain" and "compare": the server's messages, the worker's functions, and the answers' parsers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from pydantic import TypeAdapter

from core.errors import ImageError
from core.face import Face
from core.images.crop import Image
from webapp.sandbox import explain as looks
from webapp.sandbox.answers import JPEG, Patch
from webapp.sandbox.explain import Opinion
from webapp.sandbox.wire import Message
from webapp.sandbox.workbench import Workbench

EXPLAIN, COMPARE = "explain", "compare"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

_face = TypeAdapter(Face)
_opinions = TypeAdapter(list[Opinion])


@dataclass(frozen=True, slots=True)
class Explained:
    """picture: the heat map over the face, JPEG or PNG. scale: rating points at the ends of its colour scale."""

    picture: bytes
    scale: float


def explain_header(patch: Patch, classifier: str, ending: str = looks.JPG) -> dict[str, Any]:
    """Return the header of the job "explain". ending: see webapp.sandbox.explain.explain."""
    return {"face": asdict(patch.face), "classifier": classifier, "ending": ending}


def compare_header(patch: Patch, names: Sequence[str]) -> dict[str, Any]:
    """Return the header of the job "compare"."""
    return {"face": asdict(patch.face), "names": list(names)}


def explained(answer: Message) -> Explained:
    """Parse the answer to "explain"; see webapp.sandbox.answers.read."""
    (picture,) = answer.blobs
    if not picture.startswith((JPEG, PNG_SIGNATURE)):
        raise ValueError("expected a JPEG or a PNG")
    return Explained(picture, float(answer.header["scale"]))


def opinions(answer: Message) -> list[Opinion]:
    """Parse the answer to "compare"; see webapp.sandbox.answers.read."""
    return _opinions.validate_python([tuple(fields) for fields in answer.header["opinions"]])


def explain(bench: Workbench, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Message:
    """Job: render the heat map of a face in a patch."""
    image = _opened(blobs)
    face = _face.validate_python(header["face"])
    explanation = looks.explain(image, face, header["classifier"], bench.settings.rating, header["ending"])
    return Message({"scale": float(explanation.heat.scale)}, (explanation.picture,))


def compare(bench: Workbench, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Message:
    """Job: rate a face in a patch with each of the classifiers `names`."""
    image = _opened(blobs)
    by_classifier = looks.compare(image, _face.validate_python(header["face"]), header["names"], bench.settings.rating)
    return Message({"opinions": [list(opinion) for opinion in by_classifier]})


def _opened(blobs: tuple[bytes, ...]) -> Image:
    """Decode the patch, RGB uint8; a worker encoded it."""
    picture = cv2.imdecode(np.frombuffer(blobs[0], np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ImageError("Expected a face cropped by this server; this one cannot be opened. Add the picture again.")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
