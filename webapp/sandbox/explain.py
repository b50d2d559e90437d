"""Further analysis of one face: which parts move its rating, and every classifier's rating.

Both run in a worker process, on a face cropped from its picture. Networks are loaded one at a time and dropped, so that
the largest of them determines the memory needed, not their sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from core.errors import FairestError
from core.face import Face
from core.images.crop import Image
from core.models.classifier import RatingClassifier, load_network
from core.models.manifest import EnsembleCard, Manifest, ModelCard, load_manifest
from core.models.occlusion import PLACES, HeatMap, legend, mean_map, occlusion_map, overlay
from core.settings import ModelSettings, RatingSettings

ENSEMBLE_PLACES = 8
"""Occlusions along each side, for each member of an ensemble: at 64 in all, seven networks take four seconds on two
cores."""

WIDTH = 480
"""Width of the output picture in pixels."""

QUALITY = 88
"""JPEG quality."""

JPG, PNG = ".jpg", ".png"
"""File extensions of the possible formats."""

BAR, STRIP = 10, 38
"""Height in pixels of the colour bar, and of the whole strip below the picture."""

INK, PAPER = (245, 245, 245), (24, 24, 24)
_FONT = cv2.FontFace("sans")
SIZE, WEIGHT = 16, 500


class UnratedError(FairestError):
    """A face that the guard has refused or not checked was to be rated."""


class Explanation(NamedTuple):
    """What moves a rating.

    rating: 1 to 5. heat: in pixels of the patch. picture: a JPEG or PNG without metadata, WIDTH pixels wide: the map
    over the greyed patch, and below it the colour scale with its rating points.
    """

    rating: float
    heat: HeatMap
    picture: bytes


class Opinion(NamedTuple):
    """One classifier's verdict on a face: its name, rating, label, and the probability that the label is right."""

    name: str
    rating: float
    label: str
    probability: float


def explain(patch: Image, face: Face, classifier_name: str, settings: ModelSettings, ending: str = JPG) -> Explanation:
    """Show how each part of a face affects its rating.

    Args:
        patch: RGB uint8 (height, width, 3), the face and its surroundings.
        face: in pixels of the patch, accepted by the guard.
        classifier_name: name in the manifest; an ensemble's map is the mean of its members'.
        settings: where the weights are.
        ending: format of the picture, JPG or PNG.

    Raises:
        UnratedError: the guard did not accept the face.
        UnknownModelError: there is no such classifier.
        WeightsError: a file is missing or damaged.
    """
    allow(face)
    cards = networks(load_manifest(settings.weights_dir), classifier_name)
    places = PLACES if len(cards) == 1 else ENSEMBLE_PLACES
    heat = mean_map([occlusion_map(patch, face, load_network(card, settings), places) for card in cards])
    return Explanation(heat.rating, heat, picture(patch, heat, ending))


def compare(patch: Image, face: Face, names: Sequence[str], settings: RatingSettings) -> list[Opinion]:
    """Rate one face with several classifiers; each network runs once, however many ensembles it is a member of.

    Args:
        patch: RGB uint8 (height, width, 3), the face and its surroundings.
        face: in pixels of the patch, accepted by the guard.
        names: names in the manifest.
        settings: where the weights are, and the labels' names.

    Returns:
        One opinion per name, in order; an ensemble's rating is the unweighted mean of its members'.

    Raises:
        UnratedError: the guard did not accept the face.
        UnknownModelError: there is no such classifier.
        WeightsError: a file is missing or damaged.
    """
    allow(face)
    manifest = load_manifest(settings.weights_dir)
    members = {name: networks(manifest, name) for name in names}
    needed = {card.name: card for cards in members.values() for card in cards}
    ratings = {name: load_network(card, settings)(patch, face) for name, card in needed.items()}
    opinions = []
    for name, cards in members.items():
        rating = sum(ratings[card.name] for card in cards) / len(cards)
        opinions.append(opinion(face, rating, name, manifest, settings))
    return opinions


def allow(face: Face) -> None:
    """Check that the guard has examined and accepted a face.

    Raises:
        UnratedError: it has not.
    """
    if face.refused is not None or face.age is None:
        raise UnratedError(
            "Expected a face with a rating; this one was refused, so it cannot be explained or compared. Choose a face "
            "that has a rating."
        )


def networks(manifest: Manifest, name: str) -> list[ModelCard]:
    """Return the networks of a classifier: itself, or an ensemble's members.

    Raises:
        UnknownModelError: there is no such classifier.
    """
    card = manifest.card(name, "classifier")
    members = card.members if isinstance(card, EnsembleCard) else [name]
    return [manifest.network(member, "classifier") for member in members]


def opinion(face: Face, rating: float, name: str, manifest: Manifest, settings: RatingSettings) -> Opinion:
    """Return the label and probability for a classifier's rating, from its threshold and calibration."""
    card = manifest.card(name, "classifier")
    classifier = RatingClassifier(lambda _image, _face: rating, card, settings.label_above, settings.label_below)
    rated = classifier.with_rating(face, rating)
    assert rated.label is not None
    assert rated.probability is not None
    return Opinion(name, rating, rated.label, rated.probability)


def picture(patch: Image, heat: HeatMap, ending: str) -> bytes:
    """Render the map over the greyed patch, WIDTH pixels wide, with the strip below: a JPEG or PNG without metadata."""
    drawn = overlay(patch, heat)
    interpolation = cv2.INTER_AREA if drawn.shape[1] > WIDTH else cv2.INTER_CUBIC
    height = max(1, round(drawn.shape[0] * WIDTH / drawn.shape[1]))
    combined = np.concatenate([cv2.resize(drawn, (WIDTH, height), interpolation=interpolation), strip(heat.scale)])
    encoding = [cv2.IMWRITE_JPEG_QUALITY, QUALITY] if ending == JPG else []
    _, encoded = cv2.imencode(ending, cv2.cvtColor(combined, cv2.COLOR_RGB2BGR), encoding)
    return encoded.tobytes()


def strip(scale: float) -> Image:
    """Render the colour bar with the rating points of its ends and middle: RGB uint8 (STRIP, WIDTH, 3)."""
    canvas = np.full((STRIP, WIDTH, 3), PAPER, np.uint8)
    canvas[:BAR] = legend(WIDTH, BAR)
    margin = 6
    for text, position in ((f"−{scale:.2f}", 0.0), ("0", 0.5), (f"+{scale:.2f}", 1.0)):
        width = cv2.getTextSize((0, 0), text, (0, 0), _FONT, SIZE, WEIGHT)[2]
        left = round(margin + position * (WIDTH - 2 * margin - width))
        cv2.putText(canvas, text, (left, STRIP - 9), INK, _FONT, SIZE, WEIGHT)
    return canvas
