"""Each page in Streamlit's own test harness: nothing is raised, and what it shows is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import ROOT
from tests.browser.serving import free_port
from tests.patience import PATIENCE
from tests.webapp.page_harness import texts, view
from webapp.common import resources
from webapp.live.shared import engine

APP = ROOT / "webapp" / "app.py"


@pytest.fixture(autouse=True)
def fresh_caches() -> None:
    for cached in (resources.settings, resources.manifest, engine):
        cached.clear()


def test_the_app_opens_on_live() -> None:
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE).run()
    assert not app.exception
    assert app.title[0].value == "Live"
    assert [box.label for box in app.sidebar.selectbox] == ["Language · Язык", "Detector", "Classifier"]


def test_the_language_is_chosen_in_the_sidebar() -> None:
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE).run()
    app.selectbox(key="language").set_value("ru").run()
    assert not app.exception
    assert app.title[0].value == "Прямой эфир"
    assert [box.label for box in app.sidebar.selectbox][1:] == ["Детектор", "Классификатор"]


def test_settings_that_cannot_be_used_get_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIREST_MIN_AGE", "3")
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE).run()
    assert not app.exception
    assert "min_age" in app.error[0].value


def test_a_server_with_a_misspelt_setting_does_not_start() -> None:
    command = [sys.executable, "-m", "streamlit", "run", "webapp/app.py", "--server.headless", "true"]
    completed = subprocess.run(
        [*command, "--server.port", str(free_port())],
        cwd=ROOT,
        env=os.environ | {"FAIREST_PASWORD": "correct horse"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert completed.returncode == 1
    assert (
        "does not start: the settings are invalid. FAIREST_PASWORD is not a setting; did you mean" in completed.stderr
    )
    assert "Traceback" not in completed.stderr


@pytest.mark.parametrize("name", ["live", "photos", "metrics", "about"])
def test_every_page_runs(name: str) -> None:
    app = view(name)
    assert not app.exception
    assert app.title[0].value.lower() == name


@pytest.mark.parametrize("name", ["live", "photos"])
def test_the_page_says_what_a_rating_is(name: str) -> None:
    assert "one panel's taste, not a fact about anyone" in texts(view(name))


def test_damaged_weights_get_a_sentence_not_a_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "weights", tmp_path / "weights")
    for model in (tmp_path / "weights").glob("*.tflite"):
        model.write_bytes(model.read_bytes()[:-1] + b"x")
    monkeypatch.setenv("FAIREST_WEIGHTS_DIR", str(tmp_path / "weights"))
    models = (resources.analyzer, resources.detector, resources.guard, resources.classifier)
    for cached in models:
        cached.clear()
    app = view("live")
    for cached in models:
        cached.clear()
    assert not app.exception
    assert "damaged or was changed" in app.error[0].value


def test_no_manifest_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIREST_WEIGHTS_DIR", str(tmp_path))
    for name in ("live", "photos", "metrics"):
        resources.manifest.clear()
        app = view(name)
        assert not app.exception
        assert "manifest.json" in app.error[0].value


def test_starting_the_page_imports_no_tensorflow() -> None:
    code = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        f"app = AppTest.from_file({str(APP)!r}, default_timeout={PATIENCE}).run(); assert not app.exception; "
        "print(*sys.modules)"
    )
    completed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in completed.stdout.split()}
    assert not loaded & {"tensorflow", "keras"}
