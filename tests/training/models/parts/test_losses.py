from __future__ import annotations

import numpy as np
import pytest

from core.face import Box
from training.data.age_batches import age_distribution
from training.models.parts.losses import (
    AgeDistribution,
    CellFocal,
    Localisation,
    MeanIoU,
    Pearson,
    SideOverlap,
    YearsOff,
    box_iou,
)

TRUE = np.array([[0.5, 0.5, 0.4, 0.6], [0.3, 0.4, 0.2, 0.2]], np.float32)
PREDICTED = np.array([[0.6, 0.5, 0.4, 0.5], [0.3, 0.4, 0.2, 0.2]], np.float32)


def test_localisation_sums_squared_centre_and_size_errors() -> None:
    assert float(Localisation()(TRUE, PREDICTED)) == pytest.approx(0.1**2 + 0.1**2, abs=1e-6)


def test_pictures_without_a_face_add_nothing() -> None:
    assert float(Localisation()(TRUE, PREDICTED, sample_weight=np.array([0.0, 1.0]))) == pytest.approx(0, abs=1e-7)


def test_iou_agrees_with_core() -> None:
    expected = [
        Box.from_centre(*map(float, true)).iou(Box.from_centre(*map(float, predicted)))
        for true, predicted in zip(TRUE, PREDICTED, strict=True)
    ]
    assert np.asarray(box_iou(TRUE, PREDICTED)).tolist() == pytest.approx(expected, abs=1e-5)


def test_mean_iou_counts_weighted_pictures_only() -> None:
    metric = MeanIoU()
    metric.update_state(TRUE, PREDICTED, sample_weight=np.array([0.0, 1.0]))
    assert float(metric.result()) == pytest.approx(1, abs=1e-5)
    assert MeanIoU.from_config(metric.get_config()).name == "iou"


def test_pearson_over_batches_is_pearson_over_all() -> None:
    rng = np.random.default_rng(0)
    x = rng.random(60).astype(np.float32)
    y = (x + 0.3 * rng.random(60)).astype(np.float32)
    metric = Pearson()
    for part in range(0, 60, 20):
        metric.update_state(x[part : part + 20, None], y[part : part + 20, None])
    assert float(metric.result()) == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-3)
    metric.reset_state()
    metric.update_state(np.ones((4, 1)), np.ones((4, 1)))
    assert abs(float(metric.result())) < 1e-3


def cell_targets(face: list[float], weight: list[float]) -> np.ndarray:
    return np.stack([np.array(face, np.float32), np.array(weight, np.float32)], 1)[np.newaxis]


def test_sure_and_right_cells_cost_next_to_nothing() -> None:
    truth = cell_targets([1, 0, 0], [1, 1, 1])
    right = np.array([[[9.0], [-9.0], [-9.0]]], np.float32)
    assert float(CellFocal()(truth, right)) < 1e-4
    assert float(CellFocal()(truth, -right)) > 5


def test_focal_loss_is_the_papers() -> None:
    truth = cell_targets([1, 0], [1, 1])
    logits = np.array([[[0.4], [-1.2]]], np.float32)
    p = 1 / (1 + np.exp(-logits[0, :, 0]))
    expected = -0.25 * (1 - p[0]) ** 2 * np.log(p[0]) - 0.75 * p[1] ** 2 * np.log(1 - p[1])
    assert float(CellFocal()(truth, logits)) == pytest.approx(float(expected), rel=1e-4)


def test_cells_in_which_nothing_is_asked_cost_nothing() -> None:
    truth = cell_targets([1, 0], [1, 0])
    low, high = (np.array([[[2.0], [predicted]]], np.float32) for predicted in (-5.0, 5.0))
    assert float(CellFocal()(truth, low)) == float(CellFocal()(truth, high))


def test_side_overlap_agrees_with_core() -> None:
    true, predicted = np.array([2.0, 3.0, 4.0, 1.0], np.float32), np.array([3.0, 2.0, 2.0, 2.5], np.float32)
    truth = np.concatenate([np.log(true), [1]]).astype(np.float32)[np.newaxis, np.newaxis]
    boxes = [Box(-side[0], -side[1], side[0] + side[2], side[1] + side[3]) for side in (true, predicted)]
    boxes = [Box(*(float(value) for value in (box.x, box.y, box.w, box.h))) for box in boxes]
    hull = (3 + 4) * (3 + 2.5)
    union = boxes[0].area + boxes[1].area - boxes[0].intersection(boxes[1])
    expected = 1 - (boxes[0].iou(boxes[1]) - (hull - union) / hull)
    assert float(SideOverlap()(truth, np.log(predicted)[np.newaxis, np.newaxis])) == pytest.approx(expected, rel=1e-4)
    assert float(SideOverlap()(truth, np.log(true)[np.newaxis, np.newaxis])) == pytest.approx(0, abs=1e-6)


def test_only_the_cells_of_faces_have_boxes() -> None:
    truth = np.zeros((1, 2, 5), np.float32)
    truth[0, 0, 4] = 1
    predicted = np.zeros((1, 2, 4), np.float32)
    shifted = predicted.copy()
    shifted[0, 1] = 3
    assert float(SideOverlap()(truth, predicted)) == float(SideOverlap()(truth, shifted)) == pytest.approx(0, abs=1e-6)


def test_the_right_distribution_of_ages_costs_its_entropy_and_a_wrong_one_its_distance_too() -> None:
    truth = age_distribution(30)[np.newaxis]
    entropy = -float(np.sum(truth * np.log(truth + 1e-12)))
    assert float(AgeDistribution()(truth, truth)) == pytest.approx(entropy, abs=1e-3)
    assert float(AgeDistribution()(truth, age_distribution(50)[np.newaxis])) > entropy + 2
    metric = YearsOff()
    metric.update_state(truth, age_distribution(33)[np.newaxis])
    assert float(metric.result()) == pytest.approx(3, abs=0.01)
    assert YearsOff.from_config(metric.get_config()).name == "years_off"


def test_of_an_interval_only_its_share_counts() -> None:
    decade = np.zeros((1, 101), np.float32)
    decade[0, 10:20] = 1
    inside, outside = age_distribution(14)[np.newaxis], age_distribution(30)[np.newaxis]
    assert float(AgeDistribution()(decade, inside)) == pytest.approx(-np.log(inside[0, 10:20].sum()), abs=1e-4)
    assert float(AgeDistribution()(decade, outside)) > 5
    metric = YearsOff()
    metric.update_state(np.concatenate([decade, inside]), np.concatenate([outside, age_distribution(16)[np.newaxis]]))
    assert float(metric.result()) == pytest.approx(2, abs=0.01), "an interval says nothing of years"


def test_to_take_a_minor_for_an_adult_costs_more_than_as_many_years_among_adults() -> None:
    def cost(true: int, predicted: int, minors: float) -> float:
        return float(
            AgeDistribution(minors)(age_distribution(true)[np.newaxis], age_distribution(predicted)[np.newaxis])
        )

    among_adults = cost(40, 48, 1.0) - cost(40, 48, 0.0)
    across = cost(15, 23, 1.0) - cost(15, 23, 0.0)
    assert across > among_adults + 1
