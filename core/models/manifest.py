"""The weights manifest: lists the models and verifies that files are the ones that were shipped."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import UnknownModelError, WeightsError
from core.models.preprocess import PREPROCESSING

MANIFEST = "manifest.json"
Kind = Literal["detector", "classifier", "guard", "landmarks"]


class Calibration(BaseModel):
    """Maps a rating's distance from the threshold to a probability: 1 / (1 + exp(-slope * distance))."""

    model_config = ConfigDict(extra="forbid")

    slope: float = Field(gt=0)

    def probability(self, distance: float) -> float:
        """Probability in [0.5, 1] that the label is right for a rating this far from the threshold, on either side."""
        return 1 / (1 + math.exp(-self.slope * abs(distance)))


class Head(BaseModel):
    """One output of a classifier that was trained on several panels, each with an output of its own.

    Predicted mean rating of the panel on SCUT-FBP5500's scale, 1 to 5: offset + slope * output. The classifier's rating
    is the weighted sum of that over the heads.
    """

    model_config = ConfigDict(extra="forbid")

    panel: str
    slope: float = Field(gt=0)
    offset: float
    weight: float = Field(ge=0, le=1)


class CardFields(BaseModel):
    """The fields of every model's card."""

    model_config = ConfigDict(extra="forbid")

    name: str
    kind: Kind
    title: str
    threshold: float
    """Detector: least detection in [0, 1] that counts as a face. Classifier: the training set's median rating. Guard:
    the highest probability of being under 18, in [0, 1], with which a face passes. Landmarks: the highest expected
    error, in distances of the outer corners of the eyes, at which they are accepted."""
    calibration: Calibration | None = None
    parameters: int
    data: str
    command: str
    licence: str
    scores: dict[str, float]


class ModelCard(CardFields):
    """The card of a network with its own file."""

    file: str
    sha256: str
    side: int = Field(ge=16)
    """Input side in pixels; the width if `height` is given."""
    height: int | None = None
    """Input height in pixels, if it differs from the width."""
    preprocessing: str
    mirrored: bool = False
    """Classifier, guard: whether to average over the face and its mirror image; takes twice the time."""
    heads: list[Head] = []
    """Classifier: its outputs in order, if it has one per panel; else its one output maps [0, 1] to ratings 1 to 5."""


class EnsembleCard(CardFields):
    """The card of an ensemble: the unweighted mean of several classifiers or guard networks of the manifest."""

    members: list[str] = Field(min_length=2)


Card = ModelCard | EnsembleCard


def without_guard_networks(cards: Sequence[Card]) -> list[Card]:
    """Drop the networks of a guard ensemble, which are measured as part of it; averaged classifiers stay."""
    guards = [card for card in cards if isinstance(card, EnsembleCard) and card.kind == "guard"]
    parts = {name for card in guards for name in card.members}
    return [card for card in cards if card.name not in parts]


class Manifest(BaseModel):
    """Every bundled model, in the order in which the app lists them."""

    model_config = ConfigDict(extra="forbid")

    models: list[Card]

    def with_card(self, card: Card) -> Manifest:
        """Return the manifest with this card at the end, replacing any of the same name."""
        return self.model_copy(update={"models": [*(model for model in self.models if model.name != card.name), card]})

    def names(self, kind: Kind) -> list[str]:
        """Names of the models of one kind."""
        return [card.name for card in self.models if card.kind == kind]

    def card(self, name: str, kind: Kind) -> Card:
        """Return one model's card.

        Raises:
            UnknownModelError: there is no model of that name and kind.
        """
        for card in self.models:
            if (card.name, card.kind) == (name, kind):
                return card
        available = ", ".join(self.names(kind)) or "none"
        raise UnknownModelError(
            "expected a {kind} among {known}; received {name}.", kind=kind, known=available, name=repr(name)
        )

    def network(self, name: str, kind: Kind) -> ModelCard:
        """Return the card of a single network.

        Raises:
            UnknownModelError: there is no model of that name and kind, or it is an ensemble.
        """
        card = self.card(name, kind)
        if isinstance(card, EnsembleCard):
            raise UnknownModelError(
                "expected a {kind} with a single network; {name} is an ensemble.", kind=kind, name=repr(name)
            )
        return card


def load_manifest(folder: Path) -> Manifest:
    """Read the manifest of a weights folder.

    Raises:
        WeightsError: it is missing or malformed, or names an unknown preprocessing.
    """
    path = folder / MANIFEST
    try:
        manifest = Manifest.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise WeightsError(
            f"expected {path}; it cannot be read ({error.strerror}). Restore the weights folder."
        ) from error
    except (json.JSONDecodeError, ValidationError) as error:
        raise WeightsError(f"expected a manifest in {path}; it is malformed: {error}") from error
    for card in manifest.models:
        if isinstance(card, ModelCard) and card.preprocessing not in PREPROCESSING:
            raise WeightsError(
                f"expected a preprocessing among {sorted(PREPROCESSING)} for {card.name} in {path}; "
                f"received {card.preprocessing!r}."
            )
    return manifest


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verified_path(folder: Path, card: ModelCard) -> Path:
    """Return the path of a model's file after verifying its checksum.

    Raises:
        WeightsError: the file is missing or is not the one that the manifest describes.
    """
    path = folder / card.file
    if not path.is_file():
        raise WeightsError(
            f"expected the model file {path}; it does not exist. Restore the weights folder, or download missing "
            "files with `fairest weights`."
        )
    checksum = file_sha256(path)
    if checksum != card.sha256:
        raise WeightsError(
            f"expected {path} with SHA-256 {card.sha256[:12]}...; received {checksum[:12]}.... "
            "The file is damaged or was changed: restore it, or export the model again."
        )
    return path
