"""What becomes of the engine when something fails that nobody foresaw."""

from __future__ import annotations

import pytest

from core.face import Face
from core.live.engine import Engine
from tests.core.live.test_engine import Clock, Scripted, frame
from tests.patience import PATIENCE, until


@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), MemoryError()])
def test_no_error_of_one_viewers_analysis_ends_the_others(
    engine: Engine, clock: Clock, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = Scripted()

    def fail(*_: object) -> list[Face]:
        raise error

    monkeypatch.setattr(failing, "analyze", fail)
    broken, healthy = engine.join(failing), engine.join(Scripted())
    broken.submit(frame(), clock.now)
    until(lambda: broken.failed)
    healthy.submit(frame(), clock.now)
    until(lambda: healthy.counts.analysed == 1)
    assert not engine.status().dead


@pytest.mark.parametrize("part", ["_take", "_done"])
def test_an_engine_that_fails_beside_an_analysis_shows_and_goes_on(
    engine: Engine, clock: Clock, part: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    viewer = engine.join(Scripted())
    viewer.submit(frame(), clock.now)
    until(lambda: viewer.counts.analysed == 1)
    assert not engine.status().dead

    def fail(*_: object) -> None:
        raise RuntimeError("unforeseen")

    with monkeypatch.context() as patch:
        patch.setattr(engine, part, fail)
        viewer.submit(frame(), clock.now)
        until(lambda: engine.status().dead)
        assert not engine.status().stuck
    viewer.submit(frame(), clock.now)
    until(lambda: not engine.status().dead)
    assert viewer.counts.analysed == 2
    # Each worker logs it once. On a busy machine a second one may take its first round only now.
    logged = [vars(record)["loop"] for record in caplog.records if record.levelname == "ERROR"]
    assert logged
    assert len(logged) == len(set(logged))


def test_a_worker_that_is_no_more_shows_and_is_replaced_by_the_next_frame(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(engine._workers.loops[0], "_run", lambda: None)
        viewer = engine.join(Scripted())
        engine._workers.loops[0].join(PATIENCE)
    assert engine.status().dead
    viewer.submit(frame(), clock.now)
    until(lambda: viewer.counts.analysed == 1)
    assert not engine.status().dead
