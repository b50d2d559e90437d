from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from training.models.parts.rating_losses import PanelLoss, PanelPearson, ParityLoss

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


def parity(true: list[list[float]], said: list[list[float]], loss: ParityLoss | None = None) -> float:
    loss = loss or ParityLoss(0.0, 1.0, groups=4, blocks=2, outputs=1)
    return float(loss(np.array(true, np.float32), np.array(said, np.float32)))


def gradients(said: list[list[float]], groups: list[float], batches: int) -> np.ndarray:
    """Of unrated faces, after so many batches of them."""
    loss = ParityLoss(0.0, 1.0, groups=4, blocks=2, outputs=1)
    true = np.array([[NAN, group] for group in groups], np.float32)
    outputs = tf.Variable(np.array(said, np.float32))
    for _ in range(batches):
        with tf.GradientTape() as tape:
            cost = loss(true, outputs)
    return np.asarray(tape.gradient(cost, outputs))[:, 0]


def test_the_groups_of_a_block_are_drawn_together_in_shares_of_their_spread() -> None:
    groups = [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]
    said = np.array([0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.8, 0.9])[:, None]

    def quotient(x: np.ndarray) -> float:
        means = x.reshape(4, 2).mean(axis=1)
        off = means.reshape(2, 2) - means.reshape(2, 2).mean(axis=1, keepdims=True)
        return float(0.5 * np.mean(off**2) / np.mean((x.reshape(4, 2) - means[:, None]) ** 2))

    step = 1e-5
    wanted = [(quotient(said[:, 0] + step * one) - quotient(said[:, 0] - step * one)) / (2 * step) for one in np.eye(8)]
    assert gradients(said.tolist(), groups, 200) == pytest.approx(np.array(wanted), rel=1e-2, abs=1e-4)
    assert abs(np.dot(wanted, said[:, 0] - said.mean())) < 1e-6  # Nothing is gained by rating all more alike.


def test_groups_that_are_rated_alike_are_left_alone() -> None:
    groups = [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]
    assert np.abs(gradients([[0.1], [0.3], [0.1], [0.3], [0.8], [0.9], [0.8], [0.9]], groups, 3)).max() < 1e-6


def test_rated_faces_alone_cost_what_they_cost_without_groups() -> None:
    loss = ParityLoss(0.3, 1.0, groups=4, blocks=2, outputs=2)
    true, said = [[0.5, NAN], [NAN, 0.2], [0.1, NAN]], [[0.7, 0.9], [0.1, 0.2], [0.6, 0.1]]
    assert parity(true, said, loss) == pytest.approx(cost(true, said, 0.3))


def test_training_draws_groups_together_and_leaves_what_tells_people_apart() -> None:
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    group, merit = rng.integers(0, 2, 600), rng.normal(0, 1, 600)
    seen = np.stack([merit + 0.3 * group, group.astype(float)], axis=1).astype(np.float32)
    true = np.full((600, 2), NAN, np.float32)
    true[:300, 0] = 1 / (1 + np.exp(-merit[:300] - group[:300]))
    true[300:, 1] = group[300:]
    spreads = {}
    for weight in (0.0, 0.2):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
        model.compile(keras.optimizers.Adam(0.05), loss=ParityLoss(0.0, weight, groups=2, outputs=1))
        model.fit(seen, true, batch_size=60, epochs=30, verbose=0)
        said = model.predict(seen[300:], verbose=0)[:, 0]
        spreads[weight] = abs(said[group[300:] == 1].mean() - said[group[300:] == 0].mean())
        assert np.corrcoef(said, merit[300:])[0, 1] > 0.8
    assert spreads[0.0] > 0.15
    assert spreads[0.2] < spreads[0.0] / 3


def test_an_epoch_begins_without_the_means_of_the_one_before() -> None:
    true, said = [[0.5, NAN], [NAN, 0.0], [NAN, 1.0]], [[0.7], [0.2], [0.8]]
    loss = ParityLoss(0.0, 1.0, groups=4, blocks=2, outputs=1)
    first = parity(true, said, loss)
    assert parity(true, [[0.7], [0.6], [0.1]], loss) != parity(true, [[0.7], [0.6], [0.1]])
    loss.reset_state()
    assert parity(true, said, loss) == pytest.approx(first)
