"""Classifiers: how a panel would have rated a face."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Protocol

from core.crop import Image, crop, face_window
from core.face import Face
from core.preprocess import PREPROCESSING
from core.runtime import LiteRTModel, Runs
from core.settings import Settings
from core.weights import ModelCard, load_manifest, verified_path


class Classifier(Protocol):
    """Rates faces."""

    @property
    def name(self) -> str:
        """The model's name in the manifest."""
        ...

    def rate(self, image: Image, faces: list[Face]) -> list[Face]:
        """The same faces in the same order, with rating, label and probability where none is refused."""
        ...


@dataclass(frozen=True, slots=True)
class RatingClassifier:
    """Any network with one sigmoid output, run on the tight face crop it was trained on."""

    model: Runs
    card: ModelCard
    label_above: str
    label_below: str

    @property
    def name(self) -> str:
        """The model's name in the manifest."""
        return self.card.name

    def rate(self, image: Image, faces: list[Face]) -> list[Face]:
        """See Classifier."""
        return [face if face.refused else self.rated(face, self.rating(image, face)) for face in faces]

    def rating(self, image: Image, face: Face) -> float:
        """The predicted mean opinion of one face, 1 to 5."""
        pixels = crop(image, face_window(face.box), self.card.side)
        (output,) = self.model(PREPROCESSING[self.card.preprocessing](pixels)).values()
        return 1 + 4 * min(max(float(output[0]), 0.0), 1.0)

    def rated(self, face: Face, rating: float) -> Face:
        """The face with a rating, the label it falls under and the probability that the label is right."""
        distance = rating - self.card.threshold
        slope = self.card.calibration.slope if self.card.calibration else 0.0
        return replace(
            face,
            rating=rating,
            label=self.label_above if distance > 0 else self.label_below,
            probability=1 / (1 + math.exp(-slope * abs(distance))),
        )


def load_classifier(name: str, settings: Settings) -> Classifier:
    """A classifier of the manifest, ready to run.

    Raises:
        UnknownModelError: there is no such classifier. WeightsError: its file is missing or damaged.
    """
    card = load_manifest(settings.weights_dir).card(name, "classifier")
    model = LiteRTModel(verified_path(settings.weights_dir, card), settings.threads)
    return RatingClassifier(model, card, settings.label_above, settings.label_below)
