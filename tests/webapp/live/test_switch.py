from __future__ import annotations

import threading

import numpy as np
import pytest

from core.analyzer import Analyzer
from core.errors import WeightsError
from core.live.follower import Follower
from tests.patience import until
from webapp.live import switch as switch_module
from webapp.live.switch import Choice, Switch

IMAGE = np.zeros((240, 320, 3), np.uint8)
SOON = 10.0


class Loading:
    """Gives one and the same analyzer for every choice, once its gate is open; or fails."""

    def __init__(self, analyzer: Analyzer) -> None:
        self.analyzer = analyzer
        self.gate = threading.Event()
        self.gate.set()
        self.requests: list[tuple[str, str]] = []
        self.error: Exception | None = None

    def __call__(self, detector: str, classifier: str) -> Analyzer:
        self.requests.append((detector, classifier))
        assert self.gate.wait(SOON)
        if self.error is not None:
            raise self.error
        return self.analyzer


@pytest.fixture
def loading(analyzer: Analyzer) -> Loading:
    return Loading(analyzer)


def chosen(loading: Loading, line: float | None = None) -> Switch:
    switch = Switch(loading)
    switch.choose(Choice("a", "b", line), patience=None)
    return switch


def test_the_first_choice_can_be_waited_for(loading: Loading) -> None:
    switch = chosen(loading)
    assert switch.state.analyzer is loading.analyzer
    assert (switch.state.loading, switch.state.error, loading.requests) == (False, None, [("a", "b")])


def test_the_same_choice_is_not_loaded_again(loading: Loading) -> None:
    switch = chosen(loading)
    switch.choose(Choice("a", "b"))
    assert loading.requests == [("a", "b")]


def test_line_and_confidence_make_another_analyzer_of_the_same_models(loading: Loading) -> None:
    switch = chosen(loading)
    switch.choose(Choice("a", "b", line=3.5, confidence=0.9), patience=None)
    assert switch.state.analyzer is not None
    assert switch.state.analyzer.classifier.threshold == 3.5
    assert switch.state.analyzer.guard is loading.analyzer.guard
    assert switch.state.analyzer.detector is not loading.analyzer.detector
    assert loading.analyzer.classifier.threshold < 3, "whoever else uses it keeps its line"
    switch.choose(Choice("a", "b"), patience=None)
    assert switch.state.analyzer is loading.analyzer


def test_a_follower_gets_each_choice_as_soon_as_it_is_loaded(loading: Loading) -> None:
    switch = chosen(loading)
    follower = Follower(loading.analyzer)
    switch.drive(follower)
    loading.gate.clear()
    switch.choose(Choice("a", "b", line=4.0))
    assert switch.state.loading
    assert follower.analyzer is loading.analyzer, "the one before goes on"
    loading.gate.set()
    until(lambda: not switch.state.loading)
    assert follower.analyzer.classifier.threshold == 4.0
    assert follower.analyze(IMAGE, 1.0) == []


def test_a_follower_that_comes_later_gets_the_newest(loading: Loading) -> None:
    switch = chosen(loading, line=4.0)
    follower = Follower(loading.analyzer)
    switch.drive(follower)
    assert follower.analyzer.classifier.threshold == 4.0


def test_of_two_quick_choices_the_last_one_stays(loading: Loading) -> None:
    switch = chosen(loading)
    loading.gate.clear()
    switch.choose(Choice("a", "b", line=4.0))
    switch.choose(Choice("a", "b", line=4.5))
    loading.gate.set()
    until(lambda: not switch.state.loading)
    assert switch.state.analyzer is not None
    assert switch.state.analyzer.classifier.threshold == 4.5


def test_a_choice_that_cannot_be_loaded_leaves_the_one_before_and_may_be_made_again(loading: Loading) -> None:
    switch = chosen(loading)
    loading.error = WeightsError("damaged")
    switch.choose(Choice("a", "c"), patience=None)
    assert switch.state.analyzer is loading.analyzer
    assert isinstance(switch.state.error, WeightsError)
    loading.error = None
    switch.choose(Choice("a", "c"), patience=None)
    assert not switch.state.error
    assert loading.requests[-2:] == [("a", "c"), ("a", "c")]


def test_a_choice_that_the_models_cannot_take_is_reported_too(
    loading: Loading, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Analyzer:
        raise ZeroDivisionError

    switch = Switch(loading)
    monkeypatch.setattr(Choice, "made_of", fail)
    switch.choose(Choice("a", "b"), patience=SOON)
    assert isinstance(switch.state.error, ZeroDivisionError)
    assert not switch.state.loading
    monkeypatch.undo()
    switch.choose(Choice("a", "b"), patience=None)
    assert switch.state.analyzer is loading.analyzer


def test_a_system_without_threads_is_reported(loading: Loading, monkeypatch: pytest.MonkeyPatch) -> None:
    class Exhausted:
        def submit(self, *_: object) -> None:
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(switch_module, "_loaders", Exhausted)
    switch = chosen(loading)
    assert isinstance(switch.state.error, RuntimeError)


def test_a_follower_that_went_is_not_kept(loading: Loading) -> None:
    switch = chosen(loading)
    switch.drive(Follower(loading.analyzer))
    switch.choose(Choice("a", "b", line=4.0), patience=None)
    assert switch.state.error is None
