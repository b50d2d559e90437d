from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics as reference

from core.errors import ReportError
from core.evaluation.curves import (
    class_names,
    confusion_counts,
    is_above,
    precision_recall_curve,
    reliability_diagram,
    roc_curve,
    row_shares,
    wilson_interval,
)
from tests.factories import ABOVE, BELOW, rows

TRUTH = np.array([False, True, False, True])
RATINGS = np.array([1.0, 2.0, 3.0, 4.0])


def test_the_class_of_the_lower_ratings_comes_first() -> None:
    assert class_names(rows()) == (BELOW, ABOVE)
    swapped = [replace(row, label=row.label[::-1], predicted=row.predicted[::-1]) for row in reversed(rows())]
    assert class_names(swapped) == (BELOW[::-1], ABOVE[::-1])


def test_a_class_that_is_only_predicted_counts() -> None:
    below = [row for row in rows() if row.label == BELOW]
    assert any(row.predicted == ABOVE for row in below)
    assert class_names(below) == (BELOW, ABOVE)
    with pytest.raises(ReportError, match=f"expected test faces of both classes.*all {len(below)} are {BELOW}"):
        is_above(below, (BELOW, ABOVE))


def test_one_class_and_three_classes_are_refused() -> None:
    first, second, *_ = rows()
    with pytest.raises(ReportError, match=f"expected two classes.*received {BELOW}"):
        class_names([replace(first, predicted=BELOW)])
    with pytest.raises(ReportError, match="expected two classes"):
        class_names([first, replace(second, label="other"), rows()[-1]])
    with pytest.raises(ReportError, match="received none"):
        class_names([])


def test_roc_of_known_values() -> None:
    curve = roc_curve(TRUTH, RATINGS)
    assert curve.score == 0.75
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(curve.y, curve.x) == pytest.approx(curve.score)
    assert roc_curve(TRUTH, TRUTH.astype(float)).score == 1


def test_precision_and_recall_of_known_values() -> None:
    curve = precision_recall_curve(TRUTH, RATINGS)
    assert curve.score == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert (curve.x[-1], curve.y[-1]) == (0, 1)
    assert (curve.x[0], curve.y[0]) == (1, 0.5)


def test_reliability_counts_each_face_in_its_bin() -> None:
    diagram = reliability_diagram(np.array([True, False, True, True]), np.array([0.5, 0.62, 0.64, 1.0]), bins=5)
    assert diagram.edges == pytest.approx([0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    assert diagram.counts.tolist() == [1, 2, 0, 0, 1]
    assert diagram.probability[:2] == pytest.approx([0.5, 0.63])
    assert diagram.right[[0, 1, 4]].tolist() == [1.0, 0.5, 1.0]
    assert np.isnan(diagram.right[2])
    assert diagram.error == pytest.approx((0.5 * 1 + 0.13 * 2 + 0) / 4)


def test_wilson_intervals_of_known_values() -> None:
    assert wilson_interval(0.5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    low, high = wilson_interval(1.0, 4)
    assert high == pytest.approx(1)
    assert 0.4 < low < 0.6


@pytest.mark.parametrize(("share", "total"), [(0.0, 7), (0.3, 10), (0.861818, 1100), (1.0, 1)])
def test_intervals_are_those_of_scipy(share: float, total: int) -> None:
    expected = binomtest(round(share * total), total).proportion_ci(0.95, "wilson")
    assert wilson_interval(share, total) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize("digits", [1, 8], ids=["ties", "no ties"])
def test_curves_are_those_of_scikit_learn(digits: int) -> None:
    rng = np.random.default_rng(2)
    above = rng.random(200) < 0.4
    ratings = np.round(above + rng.normal(0, 0.8, 200), digits)
    false_rates, true_rates, _ = reference.roc_curve(above, ratings, drop_intermediate=False)
    roc = roc_curve(above, ratings)
    reference_points = {
        (round(x, 9), round(y, 9)) for x, y in zip(false_rates.tolist(), true_rates.tolist(), strict=True)
    }
    assert {(round(x, 9), round(y, 9)) for x, y in zip(roc.x.tolist(), roc.y.tolist(), strict=True)} <= reference_points
    assert np.trapezoid(roc.y, roc.x) == pytest.approx(np.trapezoid(true_rates, false_rates))
    precision, recall, _ = reference.precision_recall_curve(above, ratings)
    curve = precision_recall_curve(above, ratings)
    assert curve.x == pytest.approx(recall)
    assert curve.y == pytest.approx(precision)
    assert curve.score == pytest.approx(reference.average_precision_score(above, ratings))


def test_rows_of_the_matrix_are_the_truth() -> None:
    first, *_ = rows()
    results = [replace(first, label=BELOW, predicted=ABOVE)] * 3 + [replace(first, label=ABOVE, predicted=ABOVE)]
    assert confusion_counts(results, (BELOW, ABOVE)).tolist() == [[0, 3], [0, 1]]


def test_a_class_without_faces_has_no_shares() -> None:
    shares = row_shares(np.array([[3, 1], [0, 0]]))
    assert shares[0].tolist() == [0.75, 0.25]
    assert np.isnan(shares[1]).all()
