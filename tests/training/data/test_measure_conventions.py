from __future__ import annotations

import csv
from pathlib import Path

import pytest

from training.__main__ import main
from training.data.conventions import DRAWINGS
from training.data.measure_conventions import labelled_boxes, measure


@pytest.mark.parametrize("source", ["fddb", "scut_fbp5500"])
def test_a_set_is_measured_as_it_was_drawn(data: Path, source: str) -> None:
    drawing, count = measure(data, source, max_pictures=9, seed=0)
    expected = DRAWINGS[source]
    assert count >= 5
    assert drawing.top == pytest.approx(expected.top, abs=0.15)
    assert drawing.bottom == pytest.approx(expected.bottom, abs=0.15)
    assert drawing.width == pytest.approx(expected.width, abs=0.15)


def test_no_test_picture_is_looked_at(data: Path) -> None:
    test_rows = {
        "fddb": ("faces/boxes.csv", "split", "val"),
        "scut_fbp5500": ("scut_fbp5500/labels.csv", "test_fold", "1"),
    }
    for source, (table, column, value) in test_rows.items():
        with (data / table).open(newline="") as file:
            held_out = {row["file"] for row in csv.DictReader(file) if row[column] == value}
        seen = {path.name for path, _ in labelled_boxes(data, source)}
        assert held_out
        assert len(seen) > 5
        assert not seen & held_out


def test_nothing_measured_is_reported(data: Path) -> None:
    drawing, count = measure(data, "wider", max_pictures=3, seed=0)
    assert (count, drawing.width) == (0, 0.0)


def test_the_verb_prints_a_line_a_set(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.data import conventions

    monkeypatch.setattr(conventions, "DRAWINGS", {"helen": DRAWINGS["helen"]})
    assert main(["conventions", "--data", str(data), "--most", "3"]) == 0
    assert capsys.readouterr().out.startswith("helen")
