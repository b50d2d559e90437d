from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from training.models.parts.rating_losses import PanelLoss, PanelPearson, ParityLoss, mean_above, shares_above

NAN = np.nan


def cost(true: list[list[float]], predicted: list[list[float]], ranking: float = 0.0) -> float:
    return float(PanelLoss(ranking)(np.array(true, np.float32), np.array(predicted, np.float32)))


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


def test_pairs_that_a_panel_hardly_distinguishes_hardly_count() -> None:
    wrong, right = [[0.6], [0.5], [0.9]], [[0.5], [0.6], [0.9]]

    def ranked(true: list[list[float]]) -> float:
        return (cost(true, wrong, 1.0) - cost(true, wrong)) - (cost(true, right, 1.0) - cost(true, right))

    assert 0 < ranked([[0.50], [0.51], [0.9]]) < 0.3 * ranked([[0.50], [0.70], [0.9]])


def test_the_correlation_is_of_one_panels_faces_over_all_batches() -> None:
    rng = np.random.default_rng(0)
    true = rng.uniform(0, 1, (40, 2)).astype(np.float32)
    predicted = np.clip(true + rng.normal(0, 0.2, true.shape), 0, 1).astype(np.float32)
    true[::3, 1] = NAN
    metric = PanelPearson(1, "pearson_second")
    for first in (0, 20):
        metric.update_state(true[first : first + 20], predicted[first : first + 20])
    rated = ~np.isnan(true[:, 1])
    assert float(metric.result()) == pytest.approx(np.corrcoef(true[rated, 1], predicted[rated, 1])[0, 1], abs=1e-4)
    assert PanelPearson.from_config(metric.get_config()).panel == 1


def test_shares_above_a_rating_fall_from_1_to_0_and_their_mean_is_the_rating() -> None:
    shares = np.asarray(shares_above(np.array([[0.3, 0.6]], np.float32), 40))
    assert shares.shape == (1, 2, 40)
    assert (np.diff(shares, axis=-1) <= 0).all()
    assert shares.mean(axis=-1) == pytest.approx(np.array([[0.3, 0.6]]), abs=1e-3)
    assert shares[0, 0, [0, -1]] == pytest.approx([1, 0], abs=0.01)
    assert shares[0, 0, 11:13] == pytest.approx([0.55, 0.45], abs=0.01)


def test_thresholds_cost_least_where_each_is_right_and_only_what_a_panel_has_rated_counts() -> None:
    true = np.array([[0.3, NAN], [NAN, 0.6]], np.float32)
    right = np.asarray(shares_above(np.array([[0.3, 0.9], [0.1, 0.6]], np.float32), 10))
    flat = np.repeat(right.mean(axis=-1, keepdims=True), 10, axis=-1)
    loss = PanelLoss(0.1)
    assert np.asarray(mean_above(flat)) == pytest.approx(np.asarray(mean_above(right)), abs=1e-6)
    assert float(loss(true, right)) < float(loss(true, flat)) - 0.02
    elsewhere = right.copy()
    elsewhere[0, 1], elsewhere[1, 0] = 0.5, 0.5
    assert float(loss(true, elsewhere)) == pytest.approx(float(loss(true, right)))
    metric = PanelPearson(0)
    metric.update_state(np.array([[0.1], [0.4], [0.9]]), np.linspace(0, 0.9, 12).reshape(3, 1, 4))
    assert float(metric.result()) == pytest.approx(np.corrcoef([0.1, 0.4, 0.9], [0, 1, 2])[0, 1], abs=1e-4)


def parity(true: list[list[float]], predicted: list[list[float]], loss: ParityLoss | None = None) -> float:
    loss = loss or ParityLoss(0.0, 1.0, groups=4, blocks=2, outputs=1)
    return float(loss(np.array(true, np.float32), np.array(predicted, np.float32)))


def gradients(predicted: list[list[float]], groups: list[float], batches: int) -> np.ndarray:
    """Of unrated faces, after so many batches of them."""
    loss = ParityLoss(0.0, 1.0, groups=4, blocks=2, outputs=1)
    true = np.array([[NAN, group] for group in groups], np.float32)
    outputs = tf.Variable(np.array(predicted, np.float32))
    for _ in range(batches):
        with tf.GradientTape() as tape:
            cost = loss(true, outputs)
    return np.asarray(tape.gradient(cost, outputs))[:, 0]


def test_the_groups_of_a_block_are_drawn_together_in_shares_of_their_spread() -> None:
    groups = [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]
    predicted = np.array([0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.8, 0.9])[:, None]

    def quotient(x: np.ndarray) -> float:
        means = x.reshape(4, 2).mean(axis=1)
        off = means.reshape(2, 2) - means.reshape(2, 2).mean(axis=1, keepdims=True)
        return float(0.5 * np.mean(off**2) / np.mean((x.reshape(4, 2) - means[:, None]) ** 2))

    step = 1e-5
    ratings = predicted[:, 0]
    wanted = [(quotient(ratings + step * unit) - quotient(ratings - step * unit)) / (2 * step) for unit in np.eye(8)]
    assert gradients(predicted.tolist(), groups, 200) == pytest.approx(np.array(wanted), rel=1e-2, abs=1e-4)
    assert abs(np.dot(wanted, ratings - ratings.mean())) < 1e-6  # Nothing is gained by rating all more alike.


def test_groups_that_are_rated_alike_are_left_alone() -> None:
    groups = [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]
    assert np.abs(gradients([[0.1], [0.3], [0.1], [0.3], [0.8], [0.9], [0.8], [0.9]], groups, 3)).max() < 1e-6


def test_rated_faces_alone_cost_what_they_cost_without_groups() -> None:
    loss = ParityLoss(0.3, 1.0, groups=4, blocks=2, outputs=2)
    true, predicted = [[0.5, NAN], [NAN, 0.2], [0.1, NAN]], [[0.7, 0.9], [0.1, 0.2], [0.6, 0.1]]
    assert parity(true, predicted, loss) == pytest.approx(cost(true, predicted, 0.3))


def test_training_draws_groups_together_and_leaves_what_distinguishes_people() -> None:
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    group, merit = rng.integers(0, 2, 600), rng.normal(0, 1, 600)
    features = np.stack([merit + 0.3 * group, group.astype(float)], axis=1).astype(np.float32)
    true = np.full((600, 2), NAN, np.float32)
    true[:300, 0] = 1 / (1 + np.exp(-merit[:300] - group[:300]))
    true[300:, 1] = group[300:]
    spreads = {}
    for weight in (0.0, 0.2):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
        model.compile(keras.optimizers.Adam(0.05), loss=ParityLoss(0.0, weight, groups=2, outputs=1))
        model.fit(features, true, batch_size=60, epochs=30, verbose=0)
        predicted = model.predict(features[300:], verbose=0)[:, 0]
        spreads[weight] = abs(predicted[group[300:] == 1].mean() - predicted[group[300:] == 0].mean())
        assert np.corrcoef(predicted, merit[300:])[0, 1] > 0.8
    assert spreads[0.0] > 0.15
    assert spreads[0.2] < spreads[0.0] / 3


def test_an_epoch_begins_without_the_means_of_the_one_before() -> None:
    true, predicted = [[0.5, NAN], [NAN, 0.0], [NAN, 1.0]], [[0.7], [0.2], [0.8]]
    loss = ParityLoss(0.0, 1.0, groups=4, blocks=2, outputs=1)
    first = parity(true, predicted, loss)
    assert parity(true, [[0.7], [0.6], [0.1]], loss) != parity(true, [[0.7], [0.6], [0.1]])
    loss.reset_state()
    assert parity(true, predicted, loss) == pytest.approx(first)
