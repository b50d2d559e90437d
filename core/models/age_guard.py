"""The guard: who must not be rated. Every face passes it before a classifier sees it."""

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
"""How the reason begins where the operator's `min_age` decides, and what such refusals are counted as."""

CHECKING = "checking"
"""Of a face in a video, until enough was seen of it, and again whenever it may be another one."""


def looks_younger(age: int) -> str:
    """The reason for refusing a face that looks younger than an age, years."""
    return f"{LOOKS_YOUNGER} than {age}"


def kind_of(reason: str) -> str:
    """One of a fixed set of reasons: the reason itself, or LOOKS_YOUNGER whatever the age in it."""
    return LOOKS_YOUNGER if reason.startswith(LOOKS_YOUNGER) else reason


class Guard(Protocol):
    """Refuses faces."""

    def check(self, image: Image, faces: list[Face]) -> list[Face]:
        """The same faces in the same order, with their apparent age, and `refused` where they must not be rated."""
        ...


class FrameGuard(Guard, Protocol):
    """Refuses faces step by step, for those who see one over many frames."""

    def unfit_reason(self, face: Face) -> str | None:
        """Why a face can neither be judged nor rated, whoever it is, or None."""
        ...

    def look(self, image: Image, face: Face, view: int = 0) -> AgeReading:
        """What one view of a face that is not unfit says; one inference.

        Args:
            image: RGB uint8.
            face: in pixels of the image.
            view: any number from 0 on; so many in a row see the face in all ways that the guard knows, over and over.
        """
        ...

    def judge(self, reading: AgeReading) -> str | None:
        """Why a face that reads so is not rated, or None."""
        ...


class AgeEstimator(Protocol):
    """Estimates ages."""

    @property
    def views(self) -> int:
        """In how many ways it can look at a face."""
        ...

    def look(self, image: Image, face: Face, view: int = 0, /) -> AgeReading:
        """What one view says of a face of an RGB uint8 picture; view: from 0, modulo their number."""
        ...

    def __call__(self, image: Image, face: Face, /) -> AgeReading:
        """What all views say together."""
        ...


SIDES = (WIDE, 1.1)
"""Of the squares that AgeNet looks at: two say more together than one does."""


@dataclass(frozen=True, slots=True)
class AgeNet:
    """Our own network (training.models.agenet), on two crops of a face and, where its card says so, mirrored ones."""

    model: Runtime
    card: ModelCard

    @property
    def views(self) -> int:
        """See AgeEstimator."""
        return len(SIDES) * (2 if self.card.mirrored else 1)

    def look(self, image: Image, face: Face, view: int = 0) -> AgeReading:
        """See AgeEstimator; with mirror images, the even views are as the face is, the odd ones mirrored."""
        number, mirrored = divmod(view % self.views, self.views // len(SIDES))
        return self._read(self._crops(image, face, SIDES[number])[mirrored])

    def __call__(self, image: Image, face: Face) -> AgeReading:
        """See AgeEstimator."""
        return mean_reading([self._read(pixels) for side in SIDES for pixels in self._crops(image, face, side)])

    def _crops(self, image: Image, face: Face, side: float) -> list[Image]:
        return upright_looks(image, face, partial(wide_window, side=side), self.card)

    def _read(self, pixels: Image) -> AgeReading:
        (logits,) = self.model(PREPROCESSING[self.card.preprocessing](pixels)).values()
        return reading_of(shares_of(logits))


@dataclass(frozen=True, slots=True)
class MeanAgeEstimator:
    """The unweighted mean of several estimators. Views in a row ask one after another."""

    estimators: tuple[AgeEstimator, ...]

    @property
    def views(self) -> int:
        """See AgeEstimator."""
        return len(self.estimators) * max(ages.views for ages in self.estimators)

    def look(self, image: Image, face: Face, view: int = 0) -> AgeReading:
        """See AgeEstimator."""
        turn, number = divmod(view, len(self.estimators))
        return self.estimators[number].look(image, face, turn)

    def __call__(self, image: Image, face: Face) -> AgeReading:
        """See AgeEstimator."""
        return mean_reading([ages(image, face) for ages in self.estimators])


MAX_TURN = 0.3
"""A nose further beside the middle of the eyes, in their distances, is that of a face turned away ..."""

MIN_EYES = 0.26
"""... and so are eyes closer together, in geometric means of the box's sides."""


@dataclass(frozen=True, slots=True)
class AgeGuard:
    """Refuses faces that may be a minor's or look younger than an age, or are too small or turned too far to tell.

    ages: who estimates. max_minor: the highest probability of being under 18 with which a face passes. min_age: years;
    above 18 it refuses more, it never lets anybody pass. min_face: pixels, geometric mean of a box's sides.
    """

    ages: AgeEstimator
    max_minor: float
    min_age: int
    min_face: int

    def check(self, image: Image, faces: list[Face]) -> list[Face]:
        """See Guard."""
        return [self.check_face(image, face) for face in faces]

    def check_face(self, image: Image, face: Face) -> Face:
        """One face with its age, or the reason why it is refused."""
        unfit = self.unfit_reason(face)
        if unfit:
            return replace(face, refused=unfit)
        reading = self.ages(image, face)
        return replace(face, age=reading.age, refused=self.judge(reading))

    def unfit_reason(self, face: Face) -> str | None:
        """See FrameGuard."""
        if face.box.size < self.min_face:
            return TOO_SMALL
        if face.pose and (abs(face.pose.turn) > MAX_TURN or face.pose.eyes < MIN_EYES):
            return TURNED_AWAY
        return None

    def look(self, image: Image, face: Face, view: int = 0) -> AgeReading:
        """See FrameGuard."""
        return self.ages.look(image, face, view)

    def judge(self, reading: AgeReading) -> str | None:
        """See FrameGuard. A reading that is not a number is refused like a minor's."""
        if not reading.minor <= self.max_minor:
            return MAY_BE_MINOR
        if self.min_age > ADULT and not reading.age >= self.min_age:
            return looks_younger(self.min_age)
        return None


GUARD = "guard"
"""The guard in the manifest, the mean of its networks. Its threshold is the highest probability of being under 18 with
which a face passes."""

YOUNGEST_PASSED = "youngest_passed"
"""The score of its card that says below which apparent age, years, practically no face passes."""


def guard_card(settings: ModelSettings) -> Card:
    """The guard's card.

    Raises:
        WeightsError: the manifest is damaged, or the card's threshold is no probability, as it was when it was an age:
            nobody would be refused. UnknownModelError: there is no guard.
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
    """A sentence for the operator whose `min_age` changes nothing, or None.

    Raises:
        WeightsError, UnknownModelError: see guard_card.
    """
    youngest = guard_card(settings).scores.get(YOUNGEST_PASSED)
    if youngest is None or not ADULT < settings.min_age <= youngest:
        return None
    return (
        f"min_age={settings.min_age} has no effect: the guard lets practically no face pass that looks younger than "
        f"{youngest:g}. Choose a higher age, or remove the setting."
    )


def min_age_counts(settings: RatingSettings) -> bool:
    """Whether the operator's `min_age` refuses anybody whom the guard by itself would let pass, as far as is known.

    Raises:
        WeightsError, UnknownModelError: see guard_card.
    """
    return settings.min_age > ADULT and min_age_note(settings) is None


def load_guard(settings: RatingSettings) -> AgeGuard:
    """The guard that everything uses; there is no way round it.

    Raises:
        WeightsError: a file is missing or damaged, or see guard_card. UnknownModelError: the manifest has none.
    """
    card, manifest = guard_card(settings), load_manifest(settings.weights_dir)
    return AgeGuard(load_ages(card, manifest, settings), card.threshold, settings.min_age, settings.min_face)


def load_ages(card: Card, manifest: Manifest, settings: ModelSettings) -> MeanAgeEstimator:
    """The mean of what a guard's networks say.

    Raises:
        WeightsError: a file is missing or damaged. UnknownModelError: the manifest lacks a member.
    """
    networks = (
        [manifest.network(member, "guard") for member in card.members] if isinstance(card, EnsembleCard) else [card]
    )
    return MeanAgeEstimator(
        tuple(AgeNet(LiteRTModel(verified_path(settings.weights_dir, one), settings.threads), one) for one in networks)
    )
