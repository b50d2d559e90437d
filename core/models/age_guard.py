"""The guard: decides who must not be rated. Every face passes it before a classifier sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from core.errors import WeightsError
from core.face import Face
from core.images.crop import Image
from core.models.ages import WIDE, AgeReading, mean_reading, reading_of, shares_of, wide_window
from core.models.litert import LiteRTModel, Runtime
from core.models.manifest import Card, EnsembleCard, Manifest, ModelCard, load_manifest, verified_path
from core.models.preprocess import PREPROCESSING
from core.models.upright import upright_looks
from core.settings import ADULT, ModelSettings, RatingSettings

MAY_BE_MINOR = "may be under 18"
TOO_SMALL = "too small"
TURNED_AWAY = "turned away"
LOOKS_YOUNGER = "looks younger"
"""Start of the refusal reason when the operator's `min_age` decides, and the name under which these are counted."""

CHECKING = "checking"
"""Reason for a face in a video until enough frames of it were seen, and again whenever it may be another face."""


def looks_younger(age: int) -> str:
    """Return the reason for refusing a face that looks younger than `age` years."""
    return f"{LOOKS_YOUNGER} than {age}"


def kind_of(reason: str) -> str:
    """Map a reason to one of a fixed set: the reason itself, or LOOKS_YOUNGER whatever age it names."""
    return LOOKS_YOUNGER if reason.startswith(LOOKS_YOUNGER) else reason


class Guard(Protocol):
    """Refuses faces that must not be rated."""

    def check(self, image: Image, faces: list[Face]) -> list[Face]:
        """Return the same faces in the same order, with apparent age, and `refused` set if they must not be rated."""
        ...


class FrameGuard(Guard, Protocol):
    """A guard that works one view at a time, for callers that see a face over many frames."""

    def unfit_reason(self, face: Face) -> str | None:
        """Why a face can be neither judged nor rated regardless of age, or None."""
        ...

    def look(self, image: Image, face: Face, view: int = 0) -> AgeReading:
        """Estimate the age from one view of a face that is not unfit; one inference.

        Args:
            image: RGB uint8.
            face: in pixels of the image.
            view: any number from 0; consecutive numbers cycle through all views that the guard has.
        """
        ...

    def judge(self, reading: AgeReading) -> str | None:
        """Why a face with this reading is not rated, or None."""
        ...


class AgeEstimator(Protocol):
    """Estimates the apparent age of faces."""

    @property
    def views(self) -> int:
        """Number of views of a face that it can evaluate."""
        ...

    def look(self, image: Image, face: Face, view: int = 0, /) -> AgeReading:
        """Estimate from one view of a face in an RGB uint8 picture; view: from 0, modulo the number of views."""
        ...

    def __call__(self, image: Image, face: Face, /) -> AgeReading:
        """Estimate from all views together."""
        ...


SIDES = (WIDE, 1.1)
"""Sides of the squares that AgeNet sees, as for `wide_window`: two crops are more accurate than one."""


@dataclass(frozen=True, slots=True)
class AgeNet:
    """Fairest's age network (training.models.agenet), on two crops and, if its card says so, their mirror images."""

    model: Runtime
    card: ModelCard

    @property
    def views(self) -> int:
        """Number of views: one for each crop, and one for each mirror image."""
        return len(SIDES) * (2 if self.card.mirrored else 1)

    def look(self, image: Image, face: Face, view: int = 0) -> AgeReading:
        """Estimate from one view; with mirror images, even views are unmirrored and odd ones mirrored."""
        number, mirrored = divmod(view % self.views, self.views // len(SIDES))
        return self._read(self._crops(image, face, SIDES[number])[mirrored])

    def __call__(self, image: Image, face: Face) -> AgeReading:
        """Estimate from all views together."""
        return mean_reading([self._read(pixels) for side in SIDES for pixels in self._crops(image, face, side)])

    def _crops(self, image: Image, face: Face, side: float) -> list[Image]:
        return upright_looks(image, face, partial(wide_window, side=side), self.card)

    def _read(self, pixels: Image) -> AgeReading:
        (logits,) = self.model(PREPROCESSING[self.card.preprocessing](pixels)).values()
        return reading_of(shares_of(logits))


@dataclass(frozen=True, slots=True)
class MeanAgeEstimator:
    """The unweighted mean of several estimators. Consecutive views use one estimator after another."""

    estimators: tuple[AgeEstimator, ...]

    @property
    def views(self) -> int:
        """Number of consecutive views that covers all estimators' views."""
        return len(self.estimators) * max(ages.views for ages in self.estimators)

    def look(self, image: Image, face: Face, view: int = 0) -> AgeReading:
        """Estimate from one view."""
        turn, number = divmod(view, len(self.estimators))
        return self.estimators[number].look(image, face, turn)

    def __call__(self, image: Image, face: Face) -> AgeReading:
        """Estimate from all views of all estimators."""
        return mean_reading([ages(image, face) for ages in self.estimators])


MAX_TURN = 0.3
"""A face counts as turned away if its nose is offset by more than this from the midpoint of the eyes (Pose.turn) ..."""

MIN_EYES = 0.26
"""... or if its eyes are closer together than this, in geometric means of the box's sides (Pose.eyes)."""


@dataclass(frozen=True, slots=True)
class AgeGuard:
    """Refuses faces that may be a minor's, look younger than an age, or are too small or turned too far to judge.

    ages: the age estimator. max_minor: the highest probability of being under 18 with which a face passes. min_age:
    years; values above 18 refuse more faces, and none lets more pass. min_face: pixels, geometric mean of a box's
    sides.
    """

    ages: AgeEstimator
    max_minor: float
    min_age: int
    min_face: int

    def check(self, image: Image, faces: list[Face]) -> list[Face]:
        """Return the same faces, each with its age or the reason why it is refused."""
        return [self.check_face(image, face) for face in faces]

    def check_face(self, image: Image, face: Face) -> Face:
        """Return one face with its age, or the reason why it is refused."""
        unfit = self.unfit_reason(face)
        if unfit:
            return replace(face, refused=unfit)
        reading = self.ages(image, face)
        return replace(face, age=reading.age, refused=self.judge(reading))

    def unfit_reason(self, face: Face) -> str | None:
        """Why a face can be neither judged nor rated: too small or turned away; or None."""
        if face.box.size < self.min_face:
            return TOO_SMALL
        if face.pose and (abs(face.pose.turn) > MAX_TURN or face.pose.eyes < MIN_EYES):
            return TURNED_AWAY
        return None

    def look(self, image: Image, face: Face, view: int = 0) -> AgeReading:
        """Estimate the age from one view of a face; one inference."""
        return self.ages.look(image, face, view)

    def judge(self, reading: AgeReading) -> str | None:
        """Why a face with this reading is not rated, or None. A NaN reading is refused like a minor's."""
        if not reading.minor <= self.max_minor:
            return MAY_BE_MINOR
        if self.min_age > ADULT and not reading.age >= self.min_age:
            return looks_younger(self.min_age)
        return None


GUARD = "guard"
"""Name of the guard in the manifest: the mean of its networks. Its threshold is the highest probability of being under
18 with which a face passes."""

YOUNGEST_PASSED = "youngest_passed"
"""The score in its card that gives the apparent age, in years, below which practically no face passes."""


def guard_card(settings: ModelSettings) -> Card:
    """Return the guard's card.

    Raises:
        WeightsError: the manifest is damaged, or the card's threshold is not a probability but an age, as in older
            versions, so that nobody would be refused. UnknownModelError: there is no guard.
    """
    card = load_manifest(settings.weights_dir).card(GUARD, "guard")
    if not 0 <= card.threshold <= 1:
        raise WeightsError(
            f"expected a probability in [0, 1] as the threshold of {GUARD!r} in the manifest of "
            f"{settings.weights_dir}; received {card.threshold:g}. Restore the weights folder, or export the guard "
            "again."
        )
    return card


def min_age_note(settings: RatingSettings) -> str | None:
    """Return a sentence for an operator whose `min_age` has no effect, or None.

    Raises:
        WeightsError, UnknownModelError: see guard_card.
    """
    youngest = guard_card(settings).scores.get(YOUNGEST_PASSED)
    if youngest is None or not ADULT < settings.min_age <= youngest:
        return None
    return (
        f"min_age={settings.min_age} has no effect: the guard already refuses practically every face that looks "
        f"younger than {youngest:g}. Choose a higher age, or remove the setting."
    )


def min_age_counts(settings: RatingSettings) -> bool:
    """Whether the operator's `min_age` refuses anyone whom the guard alone would let pass, as far as is known.

    Raises:
        WeightsError, UnknownModelError: see guard_card.
    """
    return settings.min_age > ADULT and min_age_note(settings) is None


def load_guard(settings: RatingSettings) -> AgeGuard:
    """Load the guard that everything uses; it cannot be bypassed.

    Raises:
        WeightsError: a file is missing or damaged, or see guard_card. UnknownModelError: the manifest has no guard.
    """
    card, manifest = guard_card(settings), load_manifest(settings.weights_dir)
    return AgeGuard(load_ages(card, manifest, settings), card.threshold, settings.min_age, settings.min_face)


def load_ages(card: Card, manifest: Manifest, settings: ModelSettings) -> MeanAgeEstimator:
    """Load the estimator that averages a guard's networks.

    Raises:
        WeightsError: a file is missing or damaged. UnknownModelError: the manifest lacks a member.
    """
    networks = (
        [manifest.network(member, "guard") for member in card.members] if isinstance(card, EnsembleCard) else [card]
    )
    return MeanAgeEstimator(
        tuple(
            AgeNet(LiteRTModel(verified_path(settings.weights_dir, network), settings.threads), network)
            for network in networks
        )
    )
