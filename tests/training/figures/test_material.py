from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.figures.made import ABOVE, BELOW, card, rows, weights
from training.errors import DataError
from training.figures.fairness import FairFaceScores
from training.figures.material import Material, read_history, read_part, read_rows
from training.figures.shares import Accuracies
from training.results import write_results


def test_epochs_come_in_order_and_count_once(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text("epoch,loss\n1,5\n0,4\n1,3\n")
    history = read_history(path)
    assert history["epoch"].tolist() == [0, 1]
    assert history["loss"].tolist() == [4, 3]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("epoch,loss\n", "expected an epoch or more"),
        ("loss\n3\n", "expected a column epoch"),
        ("epoch,loss\n0\n", "nothing but numbers"),
        ("epoch,loss\n0,low\n", "nothing but numbers"),
        ("epoch,loss\n0,1,2\n", "nothing but numbers"),
        ("\udcff", "nothing but numbers"),
    ],
)
def test_a_damaged_log_gets_a_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "history.csv"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(DataError, match=sentence):
        read_history(path)


def test_missing_files_are_named(tmp_path: Path) -> None:
    material = Material(tmp_path, None)
    with pytest.raises(DataError, match=r"history\.csv"):
        _ = material.history
    with pytest.raises(DataError, match=r"predictions\.csv"):
        _ = material.rows
    with pytest.raises(DataError, match=r"evaluation\.json"):
        material.part("test", Accuracies)
    assert material.words() == ""
    assert material.threshold is None


@pytest.mark.parametrize(
    "wrong", [{"rating": 5.2}, {"score": float("nan")}, {"probability": 0.4}], ids=lambda wrong: next(iter(wrong))
)
def test_predictions_out_of_range_are_refused(tmp_path: Path, wrong: dict[str, float]) -> None:
    path = tmp_path / "predictions.csv"
    write_results(path, [replace(rows(2)[0], file="bad.png", **wrong), rows(2)[1]])  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"probability in 0\.5 to 1 .* for bad\.png"):
        read_rows(path)


def test_no_predictions_and_no_text_get_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    write_results(path, [])
    with pytest.raises(DataError, match="expected a face or more"):
        read_rows(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="expected a CSV in UTF-8"):
        read_rows(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[", "expected JSON"),
        ("[]", "expected the scores 'fairface'"),
        ('{"test": {}}', "expected the scores 'fairface'"),
        ('{"fairface": {"by_group": {"a": {"pictures": 1, "mean": 9}}}}', r"fairface\.by_group\.a\.mean"),
    ],
)
def test_a_damaged_evaluation_gets_a_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "evaluation.json"
    path.write_text(content)
    with pytest.raises(DataError, match=sentence):
        read_part(path, "fairface", FairFaceScores)


def test_a_report_knows_its_classes_and_every_name_to_draw(tmp_path: Path) -> None:
    folder = weights(tmp_path / "weights") / "reports"
    rater = Material(folder / "rater", card("rater", "classifier"))
    assert rater.names == (BELOW, ABOVE)
    assert rater.threshold == 3.0
    for name in (BELOW, ABOVE, "AF", "CM", "lab", "Latino_Hispanic", "Female"):
        assert name in rater.words()
    assert Material(folder / "finder", None).words() == "fddb"
