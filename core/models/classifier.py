"""Classifiers: predict how a panel would have rated a face."""

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
        """Return the same faces in the same order, with rating, label and probability unless refused."""
        ...


class FrameClassifier(Classifier, Protocol):
    """A classifier that rates one face at a time, for callers that smooth the ratings of a face over many frames."""

    @property
    def threshold(self) -> float:
        """The rating above which a face gets the upper label."""
        ...

    def rating(self, image: Image, face: Face) -> float:
        """Rate one face of an RGB uint8 picture, 1 to 5."""
        ...

    def with_label(self, face: Face, rating: float, above: bool) -> Face:
        """Return the face with a rating, the label of the given side of the threshold, and that label's probability."""
        ...

    def at(self, threshold: float) -> FrameClassifier:
        """Return the same classifier with another threshold, a rating from 1 to 5."""
        ...


class Rater(Protocol):
    """Predicts the rating of one face."""

    def __call__(self, image: Image, face: Face) -> float:
        """Return the predicted mean opinion, 1 to 5, of a face in an RGB uint8 picture."""
        ...


@dataclass(frozen=True, slots=True)
class Network:
    """A network with one sigmoid output, or one per panel, on the tight face crop it was trained on.

    If its card says so, the crop's mirror image is rated too and the mean is returned, so that a face and its mirror
    image get the same rating.

    panel: name of the head whose output alone is used; None for the weighted mean of the heads. Has no effect on a
    network with one output.
    """

    model: Runtime
    card: ModelCard
    panel: str | None = None

    def __call__(self, image: Image, face: Face) -> float:
        """Predict the rating of one face, 1 to 5."""
        looks = upright_looks(image, face, face_window, self.card)
        return sum(self.look(pixels) for pixels in looks) / len(looks)

    def look(self, pixels: Image) -> float:
        """Predict the rating of one RGB uint8 crop of the network's input size."""
        (outputs,) = self.model(PREPROCESSING[self.card.preprocessing](pixels)).values()
        return rating_of(np.clip(outputs, 0.0, 1.0), self.card.heads, self.panel)


def rating_of(outputs: np.ndarray, heads: Sequence[Head], panel: str | None = None) -> float:
    """Convert a network's outputs to a rating, 1 to 5.

    Args:
        outputs: in [0, 1], one in all or one per head, (n,).
        heads: descriptions of the outputs; empty if there is one output.
        panel: see Network.

    Raises:
        ValueError: no head belongs to that panel.
    """
    if not heads:
        return 1 + 4 * float(outputs[0])
    panel_ratings = {
        head.panel: head.offset + head.slope * float(output) for head, output in zip(heads, outputs, strict=True)
    }
    if panel is None:
        rating = sum(head.weight * panel_ratings[head.panel] for head in heads)
    elif panel in panel_ratings:
        rating = panel_ratings[panel]
    else:
        raise ValueError(f"expected a panel among {', '.join(panel_ratings)}; received {panel!r}")
    return min(max(rating, 1.0), 5.0)


@dataclass(frozen=True, slots=True)
class Mean:
    """The unweighted mean of several raters."""

    raters: tuple[Rater, ...]

    def __call__(self, image: Image, face: Face) -> float:
        """Return the mean of the raters' predictions, 1 to 5."""
        return sum(rater(image, face) for rater in self.raters) / len(self.raters)


@dataclass(frozen=True, slots=True)
class RatingClassifier:
    """Rates with a rater; label and probability follow from a threshold and the card's calibration.

    moved: the threshold, if it is not the card's. The calibration was fitted at the card's threshold; at another one it
    is applied to the rating's distance in the same way.
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
        """Return the same faces in the same order, with rating, label and probability unless refused."""
        return [face if face.refused else self.with_rating(face, self.rating(image, face)) for face in faces]

    @property
    def threshold(self) -> float:
        """The rating above which a face gets the upper label."""
        return self.card.threshold if self.moved is None else self.moved

    def at(self, threshold: float) -> RatingClassifier:
        """Return the same classifier with another threshold."""
        return replace(self, moved=threshold)

    def rating(self, image: Image, face: Face) -> float:
        """Rate one face, 1 to 5."""
        return self.rater(image, face)

    def with_rating(self, face: Face, rating: float) -> Face:
        """Return the face with a rating, its label and the probability that the label is right."""
        return self.with_label(face, rating, rating > self.threshold)

    def with_label(self, face: Face, rating: float, above: bool) -> Face:
        """Return the face with the given label; the probability is 0.5 if the rating no longer supports that label."""
        distance = rating - self.threshold if above else self.threshold - rating
        sure = distance >= 0 and self.card.calibration is not None
        return replace(
            face,
            rating=rating,
            label=self.label_above if above else self.label_below,
            probability=self.card.calibration.probability(distance) if self.card.calibration and sure else 0.5,
        )


def of_panel(rater: Rater, panel: str) -> Rater:
    """Return the same rater with one panel's output alone, in every network that has an output for that panel."""
    if isinstance(rater, Mean):
        return Mean(tuple(of_panel(member, panel) for member in rater.raters))
    if isinstance(rater, Network) and any(head.panel == panel for head in rater.card.heads):
        return replace(rater, panel=panel)
    return rater


def load_network(card: ModelCard, settings: ModelSettings) -> Network:
    """Load the network of a card.

    Raises:
        WeightsError: its file is missing or damaged.
    """
    return Network(LiteRTModel(verified_path(settings.weights_dir, card), settings.threads), card)


def load_rater(name: str, manifest: Manifest, settings: ModelSettings) -> Rater:
    """Load a network of the manifest, or the mean of an ensemble's networks.

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
    """Load a classifier of the manifest, ready to run.

    Raises:
        UnknownModelError: there is no such classifier. WeightsError: a file is missing or damaged.
    """
    manifest = load_manifest(settings.weights_dir)
    rater = load_rater(name, manifest, settings)
    return RatingClassifier(rater, manifest.card(name, "classifier"), settings.label_above, settings.label_below)
