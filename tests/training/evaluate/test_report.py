from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pytest

from core.errors import FigureError
from core.evaluation.figures.confusion import plot_confusion_matrix
from core.evaluation.figures.registry import CLASSIFIER, COUNTS, GUARD, ONE_FACE_DETECTOR, OVERVIEW, RATED
from core.evaluation.figures.style import apply_style
from tests.factories import weights
from training.errors import DataError, TrainingError
from training.evaluate.report import ALL_MODELS, draw_report, draw_reports, reported_models, save

pytestmark = pytest.mark.long


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return weights(tmp_path / "weights")


def names(paths: list[Path]) -> set[str]:
    return {path.name for path in paths}


def test_every_figure_of_every_model_is_written_twice(folder: Path, tmp_path: Path) -> None:
    report = draw_reports([], folder, tmp_path / "out", "no")
    assert report.notes == []
    plans: dict[str, Collection[str]] = {
        "rater": CLASSIFIER,
        "other": CLASSIFIER,
        "ensemble": RATED,
        "finder": ONE_FACE_DETECTOR,
        "keeper": GUARD,
        ALL_MODELS: OVERVIEW,
    }
    expected = {f"{name}/{stem}" for name, stems in plans.items() for stem in stems}
    written = {str(path.relative_to(tmp_path / "out")) for path in report.files}
    assert written == {f"{stem}.{kind}" for stem in expected for kind in ("pdf", "png")}
    for path in report.files:
        content = path.read_bytes()
        assert content.startswith(b"%PDF" if path.suffix == ".pdf" else b"\x89PNG")
        assert b"/Type3" not in content
    assert b"The rater: ROC" in (tmp_path / "out" / "rater" / "roc.pdf").read_bytes()


def test_both_kinds_are_written(tmp_path: Path) -> None:
    with apply_style(latex=False):
        figure = plot_confusion_matrix(np.array([[40, 3], [5, 52]]), ["a", "b"])
        paths = save(figure, tmp_path / "new" / "matrix", "Größe")
        assert [path.name for path in paths] == ["matrix.pdf", "matrix.png"]
        (tmp_path / "file").write_text("")
        with pytest.raises(FigureError, match=r"expected to write figures into .*file.*--out"):
            save(figure, tmp_path / "file" / "matrix", "")


def test_a_figure_stays_when_the_new_one_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.pdf").write_bytes(b"old")

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with apply_style(latex=False), pytest.raises(FigureError, match="No space left"):
        save(plot_confusion_matrix(np.array([[40, 3], [5, 52]]), ["a", "b"]), tmp_path / "x", "x")
    assert (tmp_path / "x.pdf").read_bytes() == b"old"


def test_all_models_together_are_drawn_by_their_name(folder: Path, tmp_path: Path) -> None:
    (folder / "reports" / "live.json").unlink()
    report = draw_report(ALL_MODELS, folder, tmp_path / "out", "no")
    assert names(report.files) == {f"{stem}.{kind}" for stem in OVERVIEW if stem != "live" for kind in ("pdf", "png")}
    (note,) = report.notes
    assert note.startswith("overview, without live: expected scores in")


def test_a_missing_file_costs_only_its_figures(folder: Path, tmp_path: Path) -> None:
    (folder / "reports" / "rater" / "history.csv").unlink()
    (folder / "reports" / "rater" / "evaluation.json").write_text("{}")
    report = draw_report("rater", folder, tmp_path / "out", "no", [COUNTS, "training_curves", "fairness"])
    assert names(report.files) == {f"{COUNTS}.pdf", f"{COUNTS}.png"}
    curves, fairness = report.notes
    assert curves.startswith("rater, without training_curves: expected a training log in")
    assert "history.csv" in curves
    assert fairness.startswith("rater, without fairness: expected the scores 'fairface' in")


def test_figures_that_miss_the_same_file_share_a_sentence(folder: Path, tmp_path: Path) -> None:
    (folder / "reports" / "rater" / "predictions.csv").unlink()
    report = draw_report("rater", folder, tmp_path / "out", "no", ["training_curves", "roc", "residuals"])
    (note,) = report.notes
    assert note.startswith("rater, without roc, residuals: ")
    assert "predictions.csv" in note


def test_a_model_that_the_manifest_does_not_name_is_drawn_under_its_own(folder: Path, tmp_path: Path) -> None:
    (folder / "reports" / "rater").rename(folder / "reports" / "average")
    report = draw_report("average", folder, tmp_path / "out", "no", ["predicted_vs_true"])
    assert b"average: Predicted against true rating" in report.files[0].read_bytes()


def test_without_a_manifest_the_figures_are_drawn_still(folder: Path, tmp_path: Path) -> None:
    (folder / "manifest.json").unlink()
    report = draw_report("rater", folder, tmp_path / "out", "no", ["fairness"])
    assert names(report.files) == {"fairness.pdf", "fairness.png"}
    assert "manifest.json" in report.notes[0]


def test_letters_without_a_font_are_named(folder: Path, tmp_path: Path) -> None:
    path = folder / "reports" / "rater" / "predictions.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("AF", "美"), encoding="utf-8")
    report = draw_report("rater", folder, tmp_path / "out", "no", ["predicted_vs_true"])
    assert len(report.files) == 2
    assert report.notes == ["no font here has the characters 美: boxes stand in their places."]


def test_an_unknown_model_stops_no_other(folder: Path, tmp_path: Path) -> None:
    report = draw_reports(["../rater", "finder"], folder, tmp_path / "out", "no", ["overlap_by_set"])
    assert names(report.files) == {"overlap_by_set.pdf", "overlap_by_set.png"}
    assert report.notes == [
        "expected a model among ensemble, finder, keeper, other, rater, overview; received '../rater'."
    ]


def test_a_figure_that_a_model_does_not_have_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected a figure among .* for finder; received confusion_counts"):
        draw_report("finder", folder, tmp_path / "out", "no", [COUNTS])


def test_nothing_drawn_is_an_error_that_says_why(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="received 'nobody'"):
        draw_reports(["nobody"], folder, tmp_path / "out", "no")
    with pytest.raises(DataError, match=r"expected a model's report in .*reports; there is none"):
        reported_models(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(TrainingError, match="expected to write figures into"):
        draw_reports(["finder"], folder, tmp_path / "file", "no")
