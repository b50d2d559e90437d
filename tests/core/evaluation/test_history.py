from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import ReportError
from core.evaluation.history import best_epoch, load_history, measure_of, read_history


def log(**columns: list[float]) -> dict[str, np.ndarray]:
    """A log of three epochs."""
    return {name: np.array(values) for name, values in {"epoch": [0.0, 1.0, 2.0], **columns}.items()}


def test_epochs_come_in_order_and_count_once(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text("epoch,loss\n1,5\n0,4\n1,3\n")
    history = load_history(path)
    assert history["epoch"].tolist() == [0, 1]
    assert history["loss"].tolist() == [4, 3]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("epoch,loss\n", "expected at least one epoch"),
        ("loss\n3\n", "expected a column epoch"),
        ("epoch,loss\n0\n", "only numbers"),
        ("epoch,loss\n0,low\n", "only numbers"),
        ("epoch,loss\n0,1,2\n", "only numbers"),
        ("epoch,loss\n0,1\n1,12,3\n", "only numbers.*longer than the header"),
        ("epoch,loss\n0,1\n1,2\n\0\0\0", "only numbers"),
        ("\udcff", "only numbers"),
    ],
)
def test_a_damaged_log_gets_a_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "history.csv"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ReportError, match=sentence):
        load_history(path)
    if sentence != "expected at least one epoch":
        with pytest.raises(ReportError, match=sentence):
            read_history(path)


def test_there_is_no_log_before_the_first_epoch(tmp_path: Path) -> None:
    assert read_history(tmp_path / "history.csv") == {}
    with pytest.raises(ReportError, match=r"expected a training log in .*history\.csv; it does not exist"):
        load_history(tmp_path / "history.csv")


@pytest.mark.parametrize(
    ("columns", "measure", "best"),
    [
        ({"loss": [3, 2, 1], "pearson": [0.1, 0.2, 0.3], "val_pearson": [0.2, 0.4, 0.3]}, "pearson", 1),
        ({"loss": [3, 2, 1], "years_off": [9, 8, 7], "val_years_off": [9, 6, 7]}, "years_off", 1),
        ({"loss": [3, 2, 1], "box_loss": [3, 2, 1], "val_loss": [3, 1, 2], "val_box_loss": [3, 2, 1]}, "box_loss", 1),
        ({"loss": [3, 2, 1], "box_iou": [0.1, 0.3, 0.2]}, "box_iou", 1),
        ({"loss": [3, 2, 1], "pearson": [0, 0, 0], "val_pearson": [np.nan, 0.3, np.nan]}, "pearson", 1),
        ({"loss": [3, 2, 1], "pearson": [0, 0, 0], "val_pearson": [np.nan] * 3}, "pearson", None),
    ],
)
def test_the_epoch_kept_is_the_validation_parts_best(
    columns: dict[str, list[float]], measure: str, best: int | None
) -> None:
    assert measure_of(log(**columns)) == measure
    assert best_epoch(log(**columns)) == best


def test_a_log_without_a_measure_gets_a_sentence() -> None:
    with pytest.raises(ReportError, match=r"one of pearson, box_iou, years_off, box_loss .*; received epoch, loss"):
        measure_of(log(loss=[3, 2, 1]))
