from __future__ import annotations

import signal
import sys
from typing import Any

import pytest

from core.settings import PictureSettings
from webapp.sandbox import limits
from webapp.sandbox.wire import OPENING, WORKING
from webapp.sandbox.workbench import Workbench
from webapp.sandbox.worker_settings import WorkerSettings

if sys.platform != "win32":
    import resource

SETTINGS: dict[str, Any] = {"photos": {"max_pictures": 7}}


@pytest.fixture
def stages() -> list[str]:
    return []


@pytest.fixture
def bench(stages: list[str]) -> Workbench:
    return Workbench(WorkerSettings.model_validate(SETTINGS), stages.append)


def test_settings_come_from_the_server_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIREST_MAX_PICTURE_MB", "3")
    monkeypatch.setenv("FAIREST_SECRET", "x" * 40)
    settings = WorkerSettings.model_validate(SETTINGS)
    assert (settings.pictures.max_picture_mb, settings.photos.max_pictures) == (25, 7)


def test_models_are_kept_until_others_are_asked_for(bench: Workbench) -> None:
    first = bench.classifier("mobilenet_v2")
    assert bench.classifier("mobilenet_v2") is first
    assert bench.classifier("efficientnet_lite0") is not first
    assert bench.classifier("mobilenet_v2") is not first
    detector = bench.detector("facegrid")
    assert bench.detector("facegrid") is detector
    assert bench.guard() is bench.guard()


@pytest.mark.skipif(sys.platform == "win32", reason="timers")
def test_limits_hold_while_a_file_is_opened_and_the_server_knows(bench: Workbench, stages: list[str]) -> None:
    with bench.opening():
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 0
        assert stages == [OPENING]
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0
    assert stages == [OPENING, WORKING]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits")
def test_larger_pictures_may_take_more(stages: list[str]) -> None:
    settings = WorkerSettings(pictures=PictureSettings(max_megapixels=100))
    before = limits.data_bytes()
    assert before
    with Workbench(settings, stages.append).opening(extra_bytes=1000):
        assert signal.getitimer(signal.ITIMER_PROF)[0] == pytest.approx(limits.opening_cpu(100), abs=0.1)
        allowed = resource.getrlimit(resource.RLIMIT_DATA)[0] - before
    assert allowed == pytest.approx(limits.opening_memory(100) + 1000, abs=10_000_000)


def test_a_file_that_is_not_opened_leaves_no_limits(bench: Workbench, stages: list[str]) -> None:
    with pytest.raises(ValueError, match="damaged"), bench.opening():
        raise ValueError("damaged")
    assert stages == [OPENING]
    if sys.platform != "win32":
        assert signal.getitimer(signal.ITIMER_PROF)[0] == 0
