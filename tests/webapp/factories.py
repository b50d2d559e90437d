"""Pictures as the photos page knows them, made up."""

from __future__ import annotations

from core.errors import ImageError
from core.face import Box, Face
from webapp.photos.album import Models, Photo
from webapp.sandbox.answers import Patch, Rated

MODELS = Models("facegrid_fine", "mobilenet_v2")


def face(rating: float | None = 3.4, refused: str | None = None, probability: float | None = 0.8) -> Face:
    """A face; without a rating when it is refused."""
    if refused or rating is None:
        return Face(Box(10, 20, 60, 60), detection=0.9, age=16.0, refused=refused)
    label = "Sexy" if rating > 3 else "Ugly"
    return Face(Box(10, 20, 60, 60), 0.9, rating=rating, label=label, probability=probability, age=31.0)


def photo(number: int, name: str, *faces: Face, drawn: bytes = b"drawn") -> Photo:
    """A picture that was opened."""
    patches = tuple(Patch(b"patch", patch_face) for patch_face in faces)
    return Photo(number, name, MODELS, Rated(640, 480, 12.0, faces, patches, drawn))


def damaged(number: int, name: str) -> Photo:
    """A picture that could not be opened."""
    return Photo(number, name, MODELS, ImageError("Expected a picture; this one is damaged."))
