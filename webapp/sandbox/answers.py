"""Parse and validate workers' answers: a picture that has compromised a worker may have written them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from string import Formatter
from typing import Any, TypeVar

from pydantic import TypeAdapter

from core.errors import FairestError, ImageError, UnknownModelError, WeightsError
from core.face import Box, Face
from webapp.sandbox.archive import Entry, Listing, Refused
from webapp.sandbox.explain import UnratedError
from webapp.sandbox.names import shown_name
from webapp.sandbox.wire import Message

ERRORS: Mapping[str, type[FairestError]] = {
    error.__name__: error for error in (ImageError, UnknownModelError, UnratedError, WeightsError)
}
LONGEST = 400
"""Maximum length of a message or a value in characters."""
JPEG = b"\xff\xd8\xff"

_faces = TypeAdapter(list[Face])
_boxes = TypeAdapter(list[tuple[float, float, float, float]])
_listing = TypeAdapter(tuple[list[tuple[int, str, int]], list[tuple[str, str, dict[str, Any]]]])
_measures = TypeAdapter(tuple[int, int, float])

T = TypeVar("T")


class AnswerError(Exception):
    """A worker's answer is invalid; no uncompromised worker sends it."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A face cropped with its surroundings. jpeg: without metadata. face: with its box in the patch."""

    jpeg: bytes
    face: Face


@dataclass(frozen=True, slots=True)
class Rated:
    """A rated picture.

    width, height: pixels, upright. ms: time for opening and rating. faces: boxes in pixels of the picture. patches: one
    per face. drawn: a JPEG with the faces framed, without metadata.
    """

    width: int
    height: int
    ms: float
    faces: tuple[Face, ...]
    patches: tuple[Patch, ...]
    drawn: bytes


def read(reading: Callable[[Message], T], answer: Message) -> T:
    """Parse an answer with `reading`.

    Raises:
        FairestError: the error that the worker reported.
        AnswerError: the answer is invalid.
    """
    try:
        if "error" not in answer.header:
            return reading(answer)
        kind, text, values = answer.header["error"]
        error = error_of(ERRORS.get(kind, FairestError), text, values)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as cause:
        raise AnswerError("expected an answer of ours") from cause
    raise error


def rated(answer: Message) -> Rated:
    """Parse the answer to "rate"; see `read`."""
    header = answer.header
    width, height, ms = _measures.validate_python((header["width"], header["height"], header["ms"]))
    faces = _faces.validate_python(header["faces"])
    boxes = [Box(*sides) for sides in _boxes.validate_python(header["boxes"])]
    drawn, *patches = answer.blobs
    if not all(blob.startswith(JPEG) for blob in answer.blobs):
        raise ValueError("expected JPEGs")
    face_patches = [Patch(data, replace(face, box=box)) for data, face, box in zip(patches, faces, boxes, strict=True)]
    return Rated(width, height, ms, tuple(faces), tuple(face_patches), drawn)


def listing(answer: Message) -> Listing:
    """Parse the answer to "list"; see `read`."""
    entries, refused = _listing.validate_python((answer.header["entries"], answer.header["refused"]))
    return Listing(
        tuple(Entry(index, shown_name(name), size) for index, name, size in entries),
        tuple(Refused(name and shown_name(name), error_of(ImageError, text, values)) for name, text, values in refused),
    )


E_ = TypeVar("E_", bound=FairestError)


def error_of(kind: type[E_], text: str, values: Mapping[str, object]) -> E_:
    """Create an error from a worker's message, which may contain nothing but plain text and fields.

    Raises:
        ValueError: core writes no such message: it is too long, or its fields are not plain.
    """
    fields = [part for part in Formatter().parse(text) if part[1] is not None]
    plain = all(
        name and name.isidentifier() and not conversion and re.fullmatch(r"(,|\.\df)?", spec or "")
        for _, name, spec, conversion in fields
    )
    short = all(
        isinstance(value, (int, float)) or (isinstance(value, str) and len(value) <= LONGEST)
        for value in values.values()
    )
    if len(text) > LONGEST or not plain or not short:
        raise ValueError("expected a sentence of core")
    return kind(text, **values)
