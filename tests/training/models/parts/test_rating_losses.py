from __future__ import annotations

import numpy as np
import pytest

from training.models.parts.rating_losses import PanelLoss, PanelPearson

NAN = np.nan


def cost(true: list[list[float]], said: list[list[float]], ranking: float = 0.0) -> float:
    return float(PanelLoss(ranking)(np.array(true, np.float32), np.array(said, np.float32)))


def test_only_what_a_panel_has_rated_counts() -> None:
    true = [[0.5, NAN], [NAN, 0.2]]
    assert cost(true, [[0.7, 0.9], [0.1, 0.2]]) == pytest.approx((0.04 + 0) / 2)
    assert cost(true, [[0.7, 0.1], [0.9, 0.2]]) == pytest.approx((0.04 + 0) / 2)
    assert np.isfinite(cost([[NAN, NAN]], [[0.5, 0.5]], 1.0))


def test_pairs_in_the_wrong_order_cost_more_than_pairs_in_the_right_one() -> None:
    true = [[0.2], [0.8]]
    right, wrong = [[0.45], [0.55]], [[0.55], [0.45]]
    squares = cost(true, wrong) - cost(true, right)
    assert cost(true, wrong, 1.0) - cost(true, right, 1.0) > squares + 0.5


def test_faces_of_two_panels_are_no_pair() -> None:
    apart = [[0.2, NAN], [NAN, 0.8]]
    assert cost(apart, [[0.3, 0.5], [0.5, 0.6]], 1.0) == pytest.approx(cost(apart, [[0.3, 0.5], [0.5, 0.6]]))


def test_pairs_that_a_panel_hardly_tells_apart_hardly_count() -> None:
    wrong, right = [[0.6], [0.5], [0.9]], [[0.5], [0.6], [0.9]]

    def ranked(true: list[list[float]]) -> float:
        return (cost(true, wrong, 1.0) - cost(true, wrong)) - (cost(true, right, 1.0) - cost(true, right))

    assert 0 < ranked([[0.50], [0.51], [0.9]]) < 0.3 * ranked([[0.50], [0.70], [0.9]])


def test_the_correlation_is_of_one_panels_faces_over_all_batches() -> None:
    rng = np.random.default_rng(0)
    true = rng.uniform(0, 1, (40, 2)).astype(np.float32)
    said = np.clip(true + rng.normal(0, 0.2, true.shape), 0, 1).astype(np.float32)
    true[::3, 1] = NAN
    metric = PanelPearson(1, "pearson_second")
    for first in (0, 20):
        metric.update_state(true[first : first + 20], said[first : first + 20])
    known = ~np.isnan(true[:, 1])
    assert float(metric.result()) == pytest.approx(np.corrcoef(true[known, 1], said[known, 1])[0, 1], abs=1e-4)
    assert PanelPearson.from_config(metric.get_config()).panel == 1
