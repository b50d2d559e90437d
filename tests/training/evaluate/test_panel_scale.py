from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.face import Box
from core.models.classifier import rating_of
from training.data.rated import FIRST, PANELS, RatedFace
from training.evaluate.panel_scale import WEIGHTS, fitted_heads, left_out

BOX = Box(0, 0, 10, 10)


def outputs(count: int = 200) -> np.ndarray:
    """What three panels say of faces: the same, each on a scale of its own, and with its own errors."""
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 1, count)
    first = 0.5 + 0.10 * (truth + rng.normal(0, 0.3, count))
    second = 0.6 + 0.05 * (truth + rng.normal(0, 0.3, count))
    third = 0.3 + 0.08 * (truth + rng.normal(0, 2.0, count))
    return np.stack([first, second, third], axis=1)


def test_all_outputs_come_to_the_scale_of_the_first() -> None:
    predictions = outputs()
    heads = fitted_heads(predictions)
    assert [head.panel for head in heads] == list(PANELS)
    assert (heads[0].slope, heads[0].offset) == (4.0, 1.0)
    ratings = predictions * [head.slope for head in heads] + [head.offset for head in heads]
    assert np.allclose(ratings.mean(axis=0), ratings[:, 0].mean(), atol=1e-3)
    assert np.allclose(ratings.std(axis=0), ratings[:, 0].std(), atol=1e-3)
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert rating_of(predictions[0], heads, FIRST) == pytest.approx(1 + 4 * predictions[0, 0])


def test_each_panel_is_ranked_by_the_others_alone_and_together() -> None:
    predictions = outputs(60)
    faces = []
    for number, row in enumerate(predictions):
        panel = list(PANELS)[number % 3]
        faces.append(RatedFace(Path(panel) / "images" / f"{number}.png", BOX, 1 + 4 * row[number % 3], "", panel))
    correlations = left_out(predictions, faces, fitted_heads(predictions))
    assert set(correlations) == set(PANELS)
    assert set(correlations["omi"]) == {"scut_fbp5500", "mebeauty", "scut_fbp5500 + mebeauty"}
    assert correlations["scut_fbp5500"]["mebeauty"] > correlations["scut_fbp5500"]["omi"]
    assert "scut_fbp5500" not in correlations["scut_fbp5500"], "it is left out"
