from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.errors import TrainingError
from training.prepare.panels import fit, fit_line


def test_the_line_gives_scores_the_mean_and_spread_of_the_ratings() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(6, 1.5, 1000)
    ratings = 0.4 * scores + 1 + rng.normal(0, 0.1, 1000)
    line = fit_line(scores, ratings, kept=1.0)
    mapped = line.slope * scores + line.offset
    assert mapped.mean() == pytest.approx(ratings.mean())
    assert mapped.std() == pytest.approx(ratings.std())


def test_a_spread_that_the_network_loses_is_given_back() -> None:
    scores = np.linspace(2, 9, 50)
    assert fit_line(scores, 0.3 * scores, kept=0.75).slope == pytest.approx(0.4)


def test_the_judge_must_have_been_trained(data: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="efficientnet_lite0"):
        fit(data, tmp_path)
