"""Classifiers: how a panel would have rated a face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from core.face import Face
from core.images.crop import Image, face_window
from core.models.litert import LiteRTModel, Runtime
from core.models.manifest import Card, EnsembleCard, Head, Manifest, ModelCard, load_manifest, verified_path
from core.models.preprocess import PREPROCESSING
from core.models.upright import upright_looks
from core.settings import ModelSettings, RatingSettings


class Classifier(Protocol):
    """Rates faces."""

    @property
    def name(self) -> str:
        """The model's name in the manifest."""
        ...

    def rate(self, image: Image, faces: list[Face]) -> list[Face]:
        """The same faces in the same order, with rating, label and probability where none is refused."""
        ...


class FrameClassifier(Classifier, Protocol):
    """Rates one face at a time, for those who see it over many frames and smooth what is said of it."""

    @property
    def threshold(self) -> float:
        """The rating above which the label is the upper one."""
        ...

    def rating(self, image: Image, face: Face) -> float:
        """The rating of one face of an RGB uint8 picture, 1 to 5."""
        ...

    def with_label(self, face: Face, rating: float, above: bool) -> Face:
        """The face with a rating, the label of a side of the threshold, and the probability that it is right."""
        ...

    def at(self, threshold: float) -> FrameClassifier:
        """The same classifier with its labels divided at another rating, 1 to 5."""
        ...


class Rater(Protocol):
    """Gives one face its rating."""

    def __call__(self, image: Image, face: Face) -> float:
        """A picture (RGB uint8) and a face in it to the predicted mean opinion, 1 to 5."""
        ...


@dataclass(frozen=True, slots=True)
class Network:
    """A network with sigmoid outputs, one or one a panel, on the tight face crop it was trained on.

    Where its card says so, on that crop's mirror image too: the mean counts, and both get the same rating.

    panel: whose raters alone are asked, by a head's name; None for the weighted mean of the heads. A network with one
    output has one answer.
    """

    model: Runtime
    card: ModelCard
    panel: str | None = None

    def __call__(self, image: Image, face: Face) -> float:
        """See Rater."""
        looks = upright_looks(image, face, face_window, self.card)
        return sum(self.look(pixels) for pixels in looks) / len(looks)

    def look(self, pixels: Image) -> float:
        """The rating of one crop of the network's side, RGB uint8."""
        (outputs,) = self.model(PREPROCESSING[self.card.preprocessing](pixels)).values()
        return rating_of(np.clip(outputs, 0.0, 1.0), self.card.heads, self.panel)


def rating_of(outputs: np.ndarray, heads: Sequence[Head], panel: str | None = None) -> float:
    """The rating, 1 to 5, that a network's outputs mean.

    Args:
        outputs: in [0, 1], one or one a head, (n,).
        heads: what the outputs are, none where there is one.
        panel: see Network.

    Raises:
        ValueError: no head is of that panel.
    """
    if not heads:
        return 1 + 4 * float(outputs[0])
    said = {head.panel: head.offset + head.slope * float(output) for head, output in zip(heads, outputs, strict=True)}
    if panel is None:
        rating = sum(head.weight * said[head.panel] for head in heads)
    elif panel in said:
        rating = said[panel]
    else:
        raise ValueError(f"expected a panel among {', '.join(said)}; received {panel!r}")
    return min(max(rating, 1.0), 5.0)


@dataclass(frozen=True, slots=True)
class Mean:
    """The unweighted mean of several raters."""

    raters: tuple[Rater, ...]

    def __call__(self, image: Image, face: Face) -> float:
        """See Rater."""
        return sum(rater(image, face) for rater in self.raters) / len(self.raters)


@dataclass(frozen=True, slots=True)
class RatingClassifier:
    """Rates by a rater; label and probability follow from a threshold and its card's calibration.

    moved: the threshold, where it is not the card's. The calibration was fitted at the card's; how sure a label is at
    another one is estimated from the rating's distance alike.
    """

    rater: Rater
    card: Card
    label_above: str
    label_below: str
    moved: float | None = None

    @property
    def name(self) -> str:
        """The model's name in the manifest."""
        return self.card.name

    def rate(self, image: Image, faces: list[Face]) -> list[Face]:
        """See Classifier."""
        return [face if face.refused else self.with_rating(face, self.rating(image, face)) for face in faces]

    @property
    def threshold(self) -> float:
        """See FrameClassifier."""
        return self.card.threshold if self.moved is None else self.moved

    def at(self, threshold: float) -> RatingClassifier:
        """See FrameClassifier."""
        return replace(self, moved=threshold)

    def rating(self, image: Image, face: Face) -> float:
        """See FrameClassifier."""
        return self.rater(image, face)

    def with_rating(self, face: Face, rating: float) -> Face:
        """The face with a rating, the label it falls under and the probability that the label is right."""
        return self.with_label(face, rating, rating > self.threshold)

    def with_label(self, face: Face, rating: float, above: bool) -> Face:
        """See FrameClassifier; a label that its rating no longer supports is as likely as not."""
        distance = rating - self.threshold if above else self.threshold - rating
        sure = distance >= 0 and self.card.calibration is not None
        return replace(
            face,
            rating=rating,
            label=self.label_above if above else self.label_below,
            probability=self.card.calibration.probability(distance) if self.card.calibration and sure else 0.5,
        )


def of_panel(rater: Rater, panel: str) -> Rater:
    """The same rater asking one panel's raters alone, wherever a network has an output for them."""
    if isinstance(rater, Mean):
        return Mean(tuple(of_panel(one, panel) for one in rater.raters))
    if isinstance(rater, Network) and any(head.panel == panel for head in rater.card.heads):
        return replace(rater, panel=panel)
    return rater


def load_network(card: ModelCard, settings: ModelSettings) -> Network:
    """A network by its card.

    Raises:
        WeightsError: its file is missing or damaged.
    """
    return Network(LiteRTModel(verified_path(settings.weights_dir, card), settings.threads), card)


def load_rater(name: str, manifest: Manifest, settings: ModelSettings) -> Rater:
    """A network of the manifest, or the mean of an ensemble's.

    Raises:
        UnknownModelError: there is no such classifier. WeightsError: a file is missing or damaged.
    """
    card = manifest.card(name, "classifier")
    if isinstance(card, EnsembleCard):
        networks = [manifest.network(member, "classifier") for member in card.members]
    else:
        networks = [card]
    raters = tuple(load_network(network, settings) for network in networks)
    return Mean(raters) if len(raters) > 1 else raters[0]


def load_classifier(name: str, settings: RatingSettings) -> RatingClassifier:
    """A classifier of the manifest, ready to run.

    Raises:
        UnknownModelError: there is no such classifier. WeightsError: a file is missing or damaged.
    """
    manifest = load_manifest(settings.weights_dir)
    rater = load_rater(name, manifest, settings)
    return RatingClassifier(rater, manifest.card(name, "classifier"), settings.label_above, settings.label_below)
