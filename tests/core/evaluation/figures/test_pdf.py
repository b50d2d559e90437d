from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib
import pytest

from core.errors import ReportError
from core.evaluation.figures import pdf
from core.evaluation.figures.pdf import model_figure, overview_figure
from core.evaluation.model_report import ModelReport, Overview
from core.models.manifest import load_manifest
from core.settings import ROOT
from tests.factories import weights


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return weights(tmp_path / "weights")


def model_report(folder: Path, name: str) -> ModelReport:
    return ModelReport(folder / "reports" / name, load_manifest(folder).card(name, "classifier"))


def test_a_figure_of_a_model_is_a_titled_pdf(folder: Path) -> None:
    content = model_figure(model_report(folder, "rater"), "roc")
    assert content.startswith(b"%PDF")
    assert b"/Title (The rater: ROC)" in content


def test_a_figure_of_all_models_is_a_titled_pdf(folder: Path) -> None:
    overview = Overview(folder / "reports", tuple(load_manifest(folder).models))
    assert b"/Title (Speed)" in overview_figure(overview, "speed")


@pytest.mark.long
def test_threads_draw_one_after_the_other_and_alike(folder: Path) -> None:
    stems = ["roc", "calibration", "fairness", "training_curves"]
    alone = [model_figure(model_report(folder, "rater"), stem) for stem in stems]
    before = dict(matplotlib.rcParams)
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda stem: model_figure(model_report(folder, "rater"), stem), stems * 3))
    assert together == alone * 3
    assert dict(matplotlib.rcParams) == before


def test_where_latex_fails_at_a_figure_matplotlib_sets_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    latex_tried: list[bool] = []

    def draw_pdf(*_: object, latex: bool) -> bytes:
        latex_tried.append(latex)
        if latex:
            raise RuntimeError("latex was not able to process the string")
        return b"%PDF"

    monkeypatch.setattr(pdf, "use_latex", lambda *_: (True, ""))
    monkeypatch.setattr(pdf, "draw_pdf", draw_pdf)
    assert model_figure(model_report(folder, "rater"), "roc") == b"%PDF"
    assert latex_tried == [True, False]


def test_a_report_that_lacks_it_is_an_error_and_the_next_figure_is_drawn(folder: Path) -> None:
    (folder / "reports" / "other" / "history.csv").unlink()
    with pytest.raises(ReportError, match=r"history\.csv"):
        model_figure(model_report(folder, "other"), "training_curves")
    assert model_figure(model_report(folder, "other"), "roc").startswith(b"%PDF")


def test_the_reports_are_read_without_matplotlib() -> None:
    code = (
        "import sys, core.evaluation.model_report, core.evaluation.subsets, core.evaluation.bootstrap\n"
        "assert not {'matplotlib', 'scipy', 'sklearn', 'pandas'} & set(sys.modules)"
    )
    completed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (completed.returncode, completed.stderr) == (0, "")
