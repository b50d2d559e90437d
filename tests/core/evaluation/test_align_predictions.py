from __future__ import annotations

import math
from dataclasses import replace

import pytest

from core.errors import ReportError
from core.evaluation.align_predictions import align_predictions, align_rows
from core.evaluation.results import Row


def rows(faces: int = 6) -> list[Row]:
    """Faces whose ratings are their scores."""
    scores = [1.2 + 0.72 * number for number in range(faces)]
    labels = ["Sexy" if score > 3 else "Ugly" for score in scores]
    return [
        Row(f"{number}.png", "AF", "lab", score, label, score, label, 0.75)
        for number, (score, label) in enumerate(zip(scores, labels, strict=True))
    ]


def test_results_in_another_order_are_brought_into_the_first_ones() -> None:
    members = align_predictions({"one": rows(), "two": rows()[::-1]})
    assert members["one"] == members["two"] == rows()


def test_a_face_that_only_one_model_has_is_named() -> None:
    with pytest.raises(ReportError, match=r"results of vgg16 and seed; 3.png is only in those of vgg16"):
        align_rows("vgg16", rows(), "seed", rows()[:3] + rows()[4:])
    with pytest.raises(ReportError, match=r"results of vgg16 and seed; 0.png is only in those of seed"):
        align_rows("vgg16", rows()[1:], "seed", rows())


def test_another_score_or_label_is_named() -> None:
    first, *rest = rows()
    with pytest.raises(ReportError, match=r"vgg16 and seed; 0.png has 1.2 \(Ugly\) in the one and 3 \(Ugly\) in the"):
        align_rows("vgg16", rows(), "seed", [replace(first, score=3.0), *rest])
    with pytest.raises(ReportError, match=r"0.png has 1.2 \(Ugly\) in the one and 1.2 \(Sexy\) in the other"):
        align_rows("vgg16", rows(), "seed", [replace(first, label="Sexy"), *rest])


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ([*rows(), rows()[1]], r"each face once in the results of two; 1.png occurs twice"),
        ([], "a row for each test face in the results of two"),
        (
            [replace(rows()[0], rating=math.nan), *rows()[1:]],
            r"numbers as score and rating in the results of two; 0.png has 1.2 and nan",
        ),
    ],
)
def test_results_that_are_none_are_refused(wrong: list[Row], sentence: str) -> None:
    with pytest.raises(ReportError, match=sentence):
        align_predictions({"one": rows(), "two": wrong})
