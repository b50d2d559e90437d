from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import ReportError
from core.evaluation.model_report import ModelReport, Overview
from core.models.manifest import load_manifest
from core.settings import ROOT
from tests.factories import weights
from tests.patience import PATIENCE
from webapp.metrics.sections import render_pdf


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return weights(tmp_path / "weights")


def shown(body: str, **state: Any) -> AppTest:
    """A script of one's own in Streamlit's test harness."""
    app = AppTest.from_string(body, default_timeout=PATIENCE)
    for key, value in state.items():
        app.session_state[key] = value
    return app.run()


TABLE = """
from webapp.metrics.sections import PERCENT, table
table([{"Name": "a", "Share": 0.1234, "Faces": 3}, {"Name": "b", "Share": 1.0, "Faces": 4}], {"Share": PERCENT})
"""


def test_shares_are_shown_as_percents() -> None:
    app = shown(TABLE)
    assert not app.exception
    assert app.dataframe[0].value["Share"].tolist() == pytest.approx([12.34, 100])
    assert app.dataframe[0].value["Faces"].tolist() == [3, 4]


CHOICE = """
import streamlit as st
from core.models.manifest import load_manifest
from core.settings import ROOT
from webapp.metrics.sections import choose
kind = st.session_state.get("kind", "classifier")
cards = [card for card in load_manifest(ROOT / "weights").models if card.kind == kind]
st.text(choose(cards, st.session_state.get("preferred", "")).name)
"""


def test_the_preferred_model_is_chosen_and_the_choice_stays() -> None:
    app = shown(CHOICE, preferred="vgg16")
    assert app.text[0].value == "vgg16"
    app.selectbox(key="metrics-model").set_value("ensemble").run()
    assert app.text[0].value == "ensemble"


def test_a_choice_of_another_part_of_the_page_is_forgotten() -> None:
    app = shown(CHOICE, preferred="vgg16")
    app.session_state["kind"] = "detector"
    app.run()
    assert not app.exception
    assert app.text[0].value == load_manifest(ROOT / "weights").names("detector")[0]


CHART = """
from core.errors import ReportError
from core.evaluation.model_report import ModelReport
from pathlib import Path
from webapp.metrics.sections import chart
def draw():
    raise ReportError("expected scores in {path}; there are none.", path="/secret/place")
chart("Heading", "How to read it.", draw, ModelReport(Path("nowhere"), None), "roc")
"""


def test_a_missing_report_is_reported_without_its_place() -> None:
    app = shown(CHART)
    assert not app.exception
    assert app.subheader[0].value == "Heading"
    assert "nothing to show here" in app.info[0].value
    assert "/secret" not in app.info[0].value
    assert not app.caption


def test_figures_are_drawn_from_any_thread(folder: Path) -> None:
    manifest = load_manifest(folder)
    report = ModelReport(folder / "reports" / "rater", manifest.card("rater", "classifier"))
    overview = Overview(folder / "reports", tuple(manifest.models))
    with ThreadPoolExecutor(4) as pool:
        report_pdf = pool.submit(render_pdf, report, "calibration")
        overview_pdf = pool.submit(render_pdf, overview, "live")
        missing = pool.submit(render_pdf, ModelReport(folder / "reports" / "finder", None), "roc")
    assert report_pdf.result().startswith(b"%PDF")
    assert overview_pdf.result().startswith(b"%PDF")
    assert isinstance(missing.exception(), ReportError)


OPENED = """
import sys
{before}
from streamlit.testing.v1 import AppTest

app = AppTest.from_string("from webapp.metrics.view import page; page()", default_timeout={patience}).run()
assert not app.exception, app.exception
assert "matplotlib" not in sys.modules or sys.modules["matplotlib"] is None
print(*(caption.value for caption in app.caption), *(button.label for button in app.get("download_button")), sep="|")
"""

WITHOUT = """
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name.startswith("matplotlib") else found(name, *more)
sys.modules["matplotlib"] = None
"""


@pytest.mark.parametrize(("before", "there"), [("", True), (WITHOUT, False)], ids=["with", "without"])
def test_the_page_opens_without_matplotlib(before: str, there: bool) -> None:
    completed = subprocess.run(
        [sys.executable, "-c", OPENED.format(patience=PATIENCE, before=before)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    assert ("ROC curve, for print (PDF)" in completed.stdout) is there
    assert ("require matplotlib" in completed.stdout) is not there


FOLDS = """
import streamlit as st
from pathlib import Path
from core.evaluation.model_report import ModelReport
from core.models.manifest import load_manifest
from core.settings import ROOT
from webapp.metrics.classifiers import folds
folds(ModelReport(Path(st.session_state["folder"]), load_manifest(ROOT / "weights").models[0]))
"""


def test_the_60_40_split_is_shown_below_the_folds_and_their_mean(tmp_path: Path) -> None:
    scores = {"pearson": 0.9, "mae": 0.2, "rmse": 0.3, "accuracy": 0.8}
    reports = (
        ({"folds": [scores | {"fold": 2}], "mean": scores}, ["2", "mean"]),
        ({"folds": [scores | {"fold": 2}], "mean": scores, "split_60_40": scores}, ["2", "mean", "60/40"]),
        ({"folds": [], "split_60_40": scores}, ["60/40"]),
    )
    for report, rows in reports:
        (tmp_path / "folds.json").write_text(json.dumps(report))
        app = shown(FOLDS, folder=str(tmp_path))
        assert not app.exception
        assert app.dataframe[0].value["Fold"].tolist() == rows
