from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.groups import FEWEST, scores_of_group, scores_within
from core.evaluation.metrics import pearson
from core.evaluation.results import ratings_of, scores_of
from tests.factories import rows


def test_each_group_has_its_own_scores_the_largest_first() -> None:
    groups = scores_within(rows(90), lambda row: row.group)
    assert list(groups) == ["AF", "CM"]
    assert [scores.faces for scores in groups.values()] == [60, 30]
    group_rows = [row for row in rows(90) if row.group == "CM"]
    estimate = groups["CM"].pearson
    assert estimate is not None
    assert estimate.value == pytest.approx(pearson(scores_of(group_rows), ratings_of(group_rows)))
    assert groups["CM"].accuracy.value == np.mean([row.label == row.predicted for row in group_rows])


def test_intervals_hold_the_value_and_narrow_with_more_faces() -> None:
    few, many = scores_of_group(rows(20)), scores_of_group(rows(400))
    for scores in (few, many):
        for estimate in (scores.pearson, scores.mae, scores.accuracy):
            assert estimate is not None
            assert estimate.low <= estimate.value <= estimate.high
    assert many.mae.high - many.mae.low < few.mae.high - few.mae.low


def test_two_faces_have_no_correlation() -> None:
    assert scores_of_group(rows(FEWEST - 1)).pearson is None


def test_the_same_faces_have_the_same_intervals() -> None:
    assert scores_of_group(rows(30)) == scores_of_group(rows(30))
