"""The live page in Streamlit's own test harness; what needs a camera is in tests/browser."""

from __future__ import annotations

import math
import re
import time
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.analyzer import Analyzer
from core.models.manifest import load_manifest
from core.settings import WEIGHTS, ModelSettings
from tests.patience import until
from tests.webapp.shown import texts
from webapp.common import resources
from webapp.live import shared as shared_by_viewers
from webapp.live import view as live
from webapp.live.choices import LINE
from webapp.live.switch import Switch
from webapp.server.drain import Drain

CYRILLIC = re.compile("[А-Яа-я]")


def view(language: str = "en") -> AppTest:
    """The page, run as the app runs it."""

    def script() -> None:
        from webapp.live import rtc
        from webapp.live.view import page

        rtc.note_page("")
        page()

    app = AppTest.from_function(script, default_timeout=60)
    app.session_state["language"] = language
    return app.run()


def analyzer(app: AppTest) -> Analyzer:
    """The one that a stream would be analysed by, once it is loaded."""
    switch: Switch = app.session_state[live.SWITCH]
    until(lambda: not switch.loading, "an analyzer")
    assert switch.analyzer is not None
    return switch.analyzer


def written(app: AppTest) -> list[str]:
    return [str(element.value) for element in [*app.title, *app.markdown, *app.caption]]


def test_the_page_says_what_happens_before_anything_does() -> None:
    app = view()
    assert not app.exception
    shown = texts(app)
    for needed in ("Press **START**", "demo video", "rating, 1 to 5", "one panel's taste", "May be under 18"):
        assert needed in shown


def test_the_page_is_in_russian() -> None:
    app = view("ru")
    assert not app.exception
    shown = [*written(app), *(one.label for one in [*app.sidebar.slider, *app.sidebar.selectbox, *app.sidebar.button])]
    assert [text for text in shown if not CYRILLIC.search(text)] == []
    assert "СТАРТ" in " ".join(shown)


def test_the_line_begins_at_the_median_moves_and_goes_back() -> None:
    app = view()
    median = load_manifest(WEIGHTS).card(ModelSettings().classifier, "classifier").threshold
    assert analyzer(app).classifier.threshold == median
    disabled = [app.sidebar.button[0].disabled]
    app.sidebar.slider(key=LINE).set_value(3.5).run()
    disabled.append(app.sidebar.button[0].disabled)
    assert analyzer(app).classifier.threshold == 3.5
    assert disabled == [True, False], "there is something to go back from"
    app.sidebar.button[0].click().run()
    assert not app.exception
    assert app.sidebar.slider(key=LINE).value == round(median, 2)
    assert analyzer(app).classifier.threshold == median


def test_a_moved_line_stays_with_another_classifier() -> None:
    app = view()
    app.sidebar.slider(key=LINE).set_value(3.5).run()
    app.sidebar.selectbox(key="chosen-classifier").set_value("sexyness_cnn").run()
    chosen = analyzer(app).classifier
    assert (chosen.name, chosen.threshold) == ("sexyness_cnn", 3.5)


def test_each_detector_has_a_least_confidence_of_its_own() -> None:
    app = view()
    slider = app.sidebar.slider(key="live-confidence-facegrid")
    known = load_manifest(WEIGHTS)
    assert slider.value == slider.min == known.card("facegrid", "detector").threshold
    shared = analyzer(app).detector
    slider.set_value(0.9).run()
    assert analyzer(app).detector is not shared
    app.sidebar.selectbox(key="chosen-detector-live").set_value("facetracker").run()
    assert analyzer(app).detector.name == "facetracker"
    assert (
        app.sidebar.slider(key="live-confidence-facetracker").value == known.card("facetracker", "detector").threshold
    )


def test_a_server_that_is_about_to_stop_says_so_and_offers_no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Drain()
    made.begin(30)
    monkeypatch.setattr(live, "drain", made)
    monkeypatch.setattr(shared_by_viewers, "engine", lambda: SimpleNamespace(full=lambda: True))
    app = view()
    assert not app.exception
    assert "about to stop" in app.info[0].value
    assert len(app.get("iframe")) == 0


@pytest.mark.parametrize("stopping", [False, True])
def test_who_waits_for_a_place_is_not_told_to_wait_by_a_server_that_stops(
    monkeypatch: pytest.MonkeyPatch, stopping: bool
) -> None:
    def script() -> None:
        from webapp.live import view as live

        live._figures()

    made = Drain()
    if stopping:
        made.begin(30)
    monkeypatch.setattr(live, "drain", made)
    app = AppTest.from_function(script)
    app.session_state["language"] = "en"
    app.session_state[live.KEY] = "live-1"
    app.session_state["live-1"] = SimpleNamespace(video_processor=SimpleNamespace(viewer=SimpleNamespace(seat=None)))
    app.run()
    assert not app.exception
    assert ["about to stop" in one.value for one in app.info] == [True] * stopping
    assert ["server is full" in one.value for one in app.warning] == [True] * (not stopping)


@pytest.mark.parametrize(
    ("connection", "silent", "said"),
    [
        ("connecting", live.SILENT, "no path for video"),
        ("new", live.SILENT, "no path for video"),
        ("connected", live.SILENT, "from your camera"),
        ("connected", 60.0, "from your camera"),
        ("connecting", 0.0, None),
    ],
)
def test_without_a_picture_the_page_says_what_to_check_and_never_that_the_server_is_full(
    connection: str, silent: float, said: str | None
) -> None:
    def script() -> None:
        from webapp.live import view as live

        live._figures()

    app = AppTest.from_function(script)
    app.session_state["language"] = "en"
    app.session_state[live.KEY] = "live-1"
    seat = None if silent else 0
    last_frame = time.monotonic() - silent if silent else math.inf
    viewer = SimpleNamespace(seat=seat, last_frame=last_frame, behind=lambda _now: False)
    worker = SimpleNamespace(pc=SimpleNamespace(connectionState=connection))
    processor = SimpleNamespace(viewer=viewer, failed=False, stats=lambda: SimpleNamespace(fps=0.0))
    app.session_state["live-1"] = SimpleNamespace(video_processor=processor, _get_worker=lambda: worker)
    app.session_state[live.SWITCH] = SimpleNamespace(loading=False, error=None)
    app.run()
    assert not app.exception
    warnings = [one.value for one in app.warning]
    assert not [one for one in warnings if "full" in one]
    assert [said in one for one in warnings if said] == [True] * bool(said)
    assert len(warnings) == bool(said)


def test_a_stream_that_never_began_gives_its_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[str] = []
    viewers = [SimpleNamespace(leave=lambda: left.append("left"))]
    made = SimpleNamespace(full=lambda: not left)
    monkeypatch.setattr(shared_by_viewers, "engine", lambda: made)

    def script() -> None:
        from webapp.live import view as live

        live._give_back()

    app = AppTest.from_function(script)
    app.session_state[live.KEY] = "live-1"
    app.session_state[live.VIEWERS] = viewers
    state = SimpleNamespace(playing=True, signalling=False)
    app.session_state["live-1"] = SimpleNamespace(state=state)
    app.run()
    assert left == [], "it is on"
    state.playing = False
    app.run()
    assert not app.exception
    assert left == ["left"]


def test_each_session_has_a_stream_of_its_own() -> None:
    first, second = view(), view()
    keys = {app.session_state[live.KEY] for app in (first, first.run(), second)}
    assert len(keys) == 2


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
