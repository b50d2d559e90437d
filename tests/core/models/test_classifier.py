from __future__ import annotations

import numpy as np
import pytest

from core.errors import UnknownModelError
from core.face import Box, Face
from core.models.classifier import Mean, Network, RatingClassifier, load_classifier, of_panel, rating_of
from core.models.manifest import EnsembleCard, Head, load_manifest
from core.settings import ROOT, RatingSettings
from tests import faces

CARD = load_manifest(ROOT / "weights").network("sexyness_cnn", "classifier")
FACE = Face(Box(50, 50, 70, 100), 0.9)
IMAGE = np.zeros((200, 200, 3), np.uint8)


def network(output: float) -> Network:
    return Network(lambda _: {"rating": np.array([output], np.float32)}, CARD)


def classifier(output: float) -> RatingClassifier:
    return RatingClassifier(network(output), CARD, "Sexy", "Ugly")


@pytest.mark.parametrize(("output", "rating"), [(0.0, 1), (0.5, 3), (1.0, 5), (1.2, 5)])
def test_rating_is_one_plus_four_times_the_output(output: float, rating: float) -> None:
    (face,) = classifier(output).rate(IMAGE, [FACE])
    assert face.rating == pytest.approx(rating)


def test_the_label_changes_at_the_threshold_and_is_a_coin_toss_there() -> None:
    threshold_output = (CARD.threshold - 1) / 4
    (above,) = classifier(threshold_output + 1e-4).rate(IMAGE, [FACE])
    (below,) = classifier(threshold_output - 1e-4).rate(IMAGE, [FACE])
    assert (above.label, below.label) == ("Sexy", "Ugly")
    assert above.probability == pytest.approx(0.5, abs=0.01)
    assert below.probability == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("output", np.linspace(0, 1, 11))
def test_probability_is_of_the_label_given(output: float) -> None:
    (face,) = classifier(float(output)).rate(IMAGE, [FACE])
    assert face.probability is not None
    assert 0.5 <= face.probability <= 1


def test_the_line_between_the_labels_can_be_moved() -> None:
    rated = classifier(0.5)
    assert rated.threshold == CARD.threshold < 3.0
    moved = rated.at(3.4)
    assert (moved.threshold, rated.threshold) == (3.4, CARD.threshold)
    (before,), (face,) = rated.rate(IMAGE, [FACE]), moved.rate(IMAGE, [FACE])
    assert (before.rating, before.label) == (3.0, "Sexy")
    assert (face.rating, face.label) == (3.0, "Ugly")
    assert CARD.calibration is not None
    assert face.probability == pytest.approx(CARD.calibration.probability(0.4))


def test_a_label_beyond_a_moved_line_is_as_likely_as_not() -> None:
    moved = classifier(0.5).at(3.4)
    assert moved.with_label(FACE, 3.0, above=True).probability == 0.5
    assert moved.with_label(FACE, 3.5, above=True).probability != 0.5


def test_a_refused_face_is_not_rated() -> None:
    refused = Face(Box(50, 50, 70, 100), 0.9, refused="may be under 18")
    assert classifier(0.7).rate(IMAGE, [refused, FACE])[0] == refused


def test_different_faces_get_different_ratings(settings: RatingSettings) -> None:
    shipped = load_classifier("sexyness_cnn", settings)
    ratings = set()
    for name, box in faces.truth().items():
        (face,) = shipped.rate(faces.load(name), [Face(box, 1.0)])
        assert face.rating is not None
        assert 1.5 < face.rating < 4.5
        ratings.add(round(face.rating, 3))
    assert len(ratings) == len(faces.truth())


def test_where_its_card_says_so_a_face_and_its_mirror_image_get_the_same_rating() -> None:
    def left_half(pixels: np.ndarray) -> dict[str, np.ndarray]:
        return {"rating": pixels[:, : pixels.shape[1] // 2].mean(keepdims=True).reshape(1)}

    image = np.zeros((200, 200, 3), np.uint8)
    image[:, :100] = 200
    face = Face(Box(60, 50, 80, 80), 0.9)
    unmirrored = Network(left_half, CARD.model_copy(update={"mirrored": False}))
    assert unmirrored(image, face) == pytest.approx(1 + 4 * 200 / 255, abs=0.05)
    mirrored = Network(left_half, CARD.model_copy(update={"mirrored": True}))
    assert mirrored(image, face) == pytest.approx(1 + 4 * 100 / 255, abs=0.05)
    assert mirrored(np.ascontiguousarray(image[:, ::-1]), face) == pytest.approx(mirrored(image, face))


def test_an_ensemble_is_the_unweighted_mean() -> None:
    mean = Mean((network(0.1), network(0.2), network(0.6)))
    assert mean(IMAGE, FACE) == pytest.approx(1 + 4 * 0.3)


def test_the_shipped_ensemble_is_the_mean_of_its_members(settings: RatingSettings) -> None:
    card = load_manifest(settings.weights_dir).card("ensemble", "classifier")
    assert isinstance(card, EnsembleCard)
    assert len(set(card.members)) == 7
    face = Face(faces.truth()[faces.ADULT], 1.0)
    image = faces.load(faces.ADULT)
    member_ratings = [load_classifier(name, settings).rater(image, face) for name in card.members]
    assert len({round(rating, 4) for rating in member_ratings}) == 7
    assert load_classifier("ensemble", settings).rater(image, face) == pytest.approx(np.mean(member_ratings), abs=1e-5)


def test_names_come_from_the_settings() -> None:
    shipped = load_classifier("sexyness_cnn", RatingSettings(label_above="Hot", label_below="Not"))
    (face,) = shipped.rate(IMAGE, [FACE])
    assert face.label in ("Hot", "Not")


def test_an_unknown_classifier_is_refused(settings: RatingSettings) -> None:
    with pytest.raises(UnknownModelError, match="nobody"):
        load_classifier("nobody", settings)


HEADS = [
    Head(panel="first", slope=4, offset=1, weight=0.5),
    Head(panel="second", slope=2, offset=2, weight=0.25),
    Head(panel="third", slope=8, offset=-1, weight=0.25),
]


def test_the_rating_is_the_weighted_mean_of_what_the_panels_would_say_on_one_scale() -> None:
    outputs = np.array([0.5, 0.75, 0.5])
    assert rating_of(outputs, HEADS) == pytest.approx(0.5 * 3 + 0.25 * 3.5 + 0.25 * 3)
    assert rating_of(outputs, HEADS, "second") == pytest.approx(3.5)
    assert rating_of(np.array([1.0, 1.0, 1.0]), HEADS, "third") == 5, "the scale ends there"
    with pytest.raises(ValueError, match="first, second, third"):
        rating_of(outputs, HEADS, "fourth")
    with pytest.raises(ValueError, match="zip"):
        rating_of(outputs[:2], HEADS)


def test_one_panel_can_be_asked_wherever_a_network_has_an_output_for_it() -> None:
    three_panels = Network(lambda _: {"ratings": np.array([0.5, 0.75, 0.5])}, CARD.model_copy(update={"heads": HEADS}))
    one_panel = network(0.25)
    assert of_panel(three_panels, "second")(IMAGE, FACE) == pytest.approx(3.5)
    assert of_panel(one_panel, "second") is one_panel
    assert of_panel(Mean((three_panels, one_panel)), "second")(IMAGE, FACE) == pytest.approx((3.5 + 2) / 2)
    assert three_panels(IMAGE, FACE) != of_panel(three_panels, "second")(IMAGE, FACE)
