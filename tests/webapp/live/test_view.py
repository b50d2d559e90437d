"""The live page in Streamlit's own test harness; what needs a browser is in player/*.test.mjs and tests/browser."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import WeightsError
from core.models.manifest import load_manifest
from core.settings import WEIGHTS, ModelSettings
from tests.patience import PATIENCE
from tests.webapp.page_harness import texts
from webapp.common import resources
from webapp.live import view as live
from webapp.live.choices import LINE
from webapp.live.switch import Choice

CYRILLIC = re.compile("[А-Яа-я]")


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> list[Choice]:
    """What the component is handed, newest last."""
    choices: list[Choice] = []
    monkeypatch.setattr(live, "player", lambda _settings, choice: choices.append(choice))
    return choices


def view(language: str = "en") -> AppTest:
    """The page, run as the app runs it."""

    def script() -> None:
        from webapp.live.view import page

        page()

    app = AppTest.from_function(script, default_timeout=PATIENCE)
    app.session_state["language"] = language
    return app.run()


def written(app: AppTest) -> list[str]:
    return [str(element.value) for element in [*app.title, *app.markdown, *app.caption]]


def test_the_page_says_what_happens_before_anything_does() -> None:
    app = view()
    assert not app.exception
    shown = texts(app)
    for needed in ("Press **START**", "demo video", "rating from 1 to 5", "one panel's taste", "May be under 18"):
        assert needed in shown


def test_a_server_that_is_about_to_stop_says_so_and_ends_nothing(
    chosen: list[Choice], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "drain", SimpleNamespace(begun=True))
    assert "This server is about to stop" in texts(view())
    assert chosen, "the component stays"


def test_the_page_is_in_russian() -> None:
    app = view("ru")
    assert not app.exception
    shown = [
        *written(app),
        *(widget.label for widget in [*app.sidebar.slider, *app.sidebar.selectbox, *app.sidebar.button]),
    ]
    assert [text for text in shown if not CYRILLIC.search(text)] == []
    assert "СТАРТ" in " ".join(shown)


def test_the_line_begins_at_the_median_moves_and_goes_back(chosen: list[Choice]) -> None:
    app = view()
    median = load_manifest(WEIGHTS).card(ModelSettings().classifier, "classifier").threshold
    assert chosen[-1] == Choice(ModelSettings().detector, ModelSettings().classifier)
    disabled = [app.sidebar.button[0].disabled]
    app.sidebar.slider(key=LINE).set_value(3.5).run()
    disabled.append(app.sidebar.button[0].disabled)
    assert [choice.line for choice in chosen] == [None, 3.5]
    assert disabled == [True, False], "there is something to go back from"
    app.sidebar.button[0].click().run()
    assert not app.exception
    assert app.sidebar.slider(key=LINE).value == round(median, 2)
    assert chosen[-1].line is None


def test_a_moved_line_stays_with_another_classifier(chosen: list[Choice]) -> None:
    app = view()
    app.sidebar.slider(key=LINE).set_value(3.5).run()
    app.sidebar.selectbox(key="chosen-classifier").set_value("sexyness_cnn").run()
    assert (chosen[-1].classifier, chosen[-1].line) == ("sexyness_cnn", 3.5)


def test_each_detector_has_a_least_confidence_of_its_own(chosen: list[Choice]) -> None:
    app = view()
    slider = app.sidebar.slider(key="live-confidence-facegrid")
    manifest = load_manifest(WEIGHTS)
    assert slider.value == slider.min == manifest.card("facegrid", "detector").threshold
    slider.set_value(0.9).run()
    assert [choice.confidence for choice in chosen] == [None, 0.9]
    app.sidebar.selectbox(key="chosen-detector-live").set_value("facetracker").run()
    assert (chosen[-1].detector, chosen[-1].confidence) == ("facetracker", None)
    assert (
        app.sidebar.slider(key="live-confidence-facetracker").value
        == manifest.card("facetracker", "detector").threshold
    )


def test_models_that_cannot_be_loaded_get_a_sentence_and_no_start(
    chosen: list[Choice], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise WeightsError("the file is damaged.")

    monkeypatch.setattr(resources, "first_analyzer", broken)
    app = view()
    assert not app.exception
    assert "damaged" in app.error[0].value
    assert chosen == []


def test_models_that_cannot_be_used_get_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIREST_CLASSIFIER", "nobody")
    resources.settings.clear()
    app = view()
    assert not app.exception, "a name that is not there is not chosen"
    assert not app.error
    monkeypatch.setenv("FAIREST_WEIGHTS_DIR", "/nowhere")
    for cached in (resources.settings, resources.manifest):
        cached.clear()
    app = view()
    for cached in (resources.settings, resources.manifest):
        cached.clear()
    assert not app.exception
    assert "manifest.json" in app.error[0].value
