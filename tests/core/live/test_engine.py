from __future__ import annotations

import threading
import time
from collections import Counter

import numpy as np
import pytest

from core.face import Box, Face
from core.images.crop import Image
from core.live.engine import STUCK_AFTER, Engine
from core.live.scene import STILL, Scene
from core.live.viewer import SILENT_AFTER, UNHEARD_AFTER, Viewer
from core.models import litert
from tests.patience import PATIENCE, until

FACE = Face(Box(40, 60, 60, 80), 0.9, 3.4, "Sexy", 0.8, 31)
SIZE = (64, 48)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Scripted:
    """Finds FACE in every frame, as told: slowly, not at all, or only when let."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.fails = False
        self.let: threading.Event | None = None
        self.scene: Scene | None = None
        self.refusals: Counter[str] = Counter()
        self.values: list[int] = []
        self.times: list[float] = []

    def analyze(self, image: Image, now: float) -> list[Face]:
        if self.let is not None:
            self.let.wait(PATIENCE)
        time.sleep(self.seconds)
        if self.fails:
            raise RuntimeError("no model")
        self.values.append(int(image[0, 0, 0]))
        self.times.append(now)
        self.scene = Scene(now, SIZE, (FACE,), (STILL,))
        return [FACE]


def frame(value: int = 0) -> Image:
    return np.full((48, 64, 3), value, np.uint8)


def test_a_frame_is_analysed_and_its_faces_are_there(engine: Engine, clock: Clock) -> None:
    viewer = engine.join(Scripted())
    assert viewer.faces(clock.now, SIZE) == []
    viewer.submit(frame(), clock.now)
    until(lambda: viewer.counts.analysed == 1)
    assert viewer.faces(clock.now, SIZE) == [FACE]


def test_of_frames_that_wait_the_newest_is_analysed(engine: Engine, clock: Clock) -> None:
    follower = Scripted()
    follower.let = threading.Event()
    viewer = engine.join(follower)
    viewer.submit(frame(1), clock.now)
    until(lambda: viewer.slot is None)
    for value in (2, 3, 4):
        viewer.submit(frame(value), clock.now)
    follower.let.set()
    until(lambda: len(follower.values) == 2)
    assert follower.values == [1, 4]
    until(lambda: viewer.counts.analysed == 2)
    assert (viewer.counts.received, viewer.counts.dropped) == (4, 2)


def test_a_frame_is_analysed_as_of_its_arrival(engine: Engine) -> None:
    follower = Scripted()
    viewer = engine.join(follower)
    for now in (100.0, 100.04):
        viewer.submit(frame(), now)
        until(lambda now=now: follower.times[-1:] == [now])  # type: ignore[misc]


class Flooded(Scripted):
    """Takes so many seconds of a clock that the test moves; meanwhile frames of all viewers come, until enough were
    analysed.
    """

    def __init__(self, clock: Clock, cost: float, viewers: list[Viewer]) -> None:
        super().__init__()
        self.clock, self.cost, self.viewers = clock, cost, viewers

    def analyze(self, image: Image, now: float) -> list[Face]:
        self.clock.now += self.cost
        flood(self.viewers, self.clock)
        return super().analyze(image, now)


ENOUGH = 90


def flood(viewers: list[Viewer], clock: Clock) -> None:
    for viewer in viewers:
        if sum(each_viewer.counts.analysed for each_viewer in viewers) < ENOUGH:
            viewer.submit(frame(), clock.now)


def analysed(engine: Engine, clock: Clock, costs: list[float]) -> list[int]:
    """How many frames of each viewer, by what theirs cost in seconds, were analysed when ENOUGH were in all."""
    viewers: list[Viewer] = []
    viewers += [engine.join(Flooded(clock, cost, viewers)) for cost in costs]
    flood(viewers, clock)
    until(lambda: sum(viewer.counts.analysed for viewer in viewers) >= ENOUGH)
    return [viewer.counts.analysed for viewer in viewers]


def test_all_get_their_share(engine: Engine, clock: Clock) -> None:
    counts = analysed(engine, clock, [0.003, 0.003, 0.003])
    assert max(counts) - min(counts) <= 1


def test_one_slow_analysis_leaves_the_others_theirs(engine: Engine, clock: Clock) -> None:
    slow, quick = analysed(engine, clock, [0.1, 0.002])
    assert quick > 4 * slow > 0


def test_a_failing_analysis_is_told_logged_once_and_stops_nobody(
    engine: Engine, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    failing = Scripted()
    failing.fails = True
    broken, healthy = engine.join(failing), engine.join(Scripted())
    for _ in range(3):
        failed = broken.counts.failed
        broken.submit(frame(), clock.now)
        healthy.submit(frame(), clock.now)
        until(lambda failed=failed: broken.counts.failed == failed + 1)  # type: ignore[misc]
    until(lambda: healthy.counts.analysed > 0)
    assert broken.failed
    assert broken.faces(clock.now, SIZE) == []
    assert not healthy.failed
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1
    failing.fails = False
    broken.submit(frame(), clock.now)
    until(lambda: not broken.failed)
    assert broken.faces(clock.now, SIZE) == [FACE]


def test_a_draining_engine_keeps_who_has_a_place_and_takes_nobody(engine: Engine, clock: Clock) -> None:
    assert not engine.occupied()
    first = engine.join(Scripted())
    engine.drain()
    second = engine.join(Scripted())
    assert (first.seat, second.seat) == (0, None)
    assert engine.status().draining
    first.submit(frame(), clock.now)
    until(lambda: first.counts.analysed == 1)
    first.leave()
    assert engine.occupied(), "somebody still waits"
    assert second.seat is None
    second.leave()
    assert not engine.occupied()


def test_the_next_viewer_waits_and_is_let_in(engine: Engine, clock: Clock) -> None:
    first, *_ = (engine.join(Scripted()) for _ in range(3))
    fourth, fifth = engine.join(Scripted()), engine.join(Scripted())
    assert (fourth.seat, fifth.seat) == (None, None)
    fourth.submit(frame(), clock.now)
    assert fourth.counts.received == 0
    first.leave()
    assert fourth.seat == 0, "who came first is let in first"
    assert fifth.seat is None
    fourth.submit(frame(), clock.now)
    until(lambda: fourth.counts.analysed == 1)
    assert engine.status().refused_viewers == 2


def test_who_left_gets_no_place_by_frames_that_come_late(engine: Engine, clock: Clock) -> None:
    viewer = engine.join(Scripted())
    viewer.leave()
    viewer.leave()
    viewer.submit(frame(), clock.now)
    assert viewer.seat is None
    assert engine.status().viewers == 0


def test_who_fell_silent_loses_the_place_and_gets_one_when_back(engine: Engine, clock: Clock) -> None:
    silent = engine.join(Scripted())
    clock.now += SILENT_AFTER + 1
    assert engine.status().viewers == 0
    assert silent.seat is None
    silent.submit(frame(), clock.now)
    assert silent.seat is not None


def test_who_sends_nothing_at_all_keeps_nobody_waiting(engine: Engine, clock: Clock) -> None:
    mute = [engine.join(Scripted()) for _ in range(3)]
    assert engine.status().viewers == 3
    clock.now += UNHEARD_AFTER
    assert engine.status().viewers == 0
    late = engine.join(Scripted())
    late.submit(frame(), clock.now)
    assert late.seat == 0
    mute[2].submit(frame(), clock.now)
    assert mute[2].seat == 1, "a connection that took long gets a seat with its first frame"
    clock.now += UNHEARD_AFTER
    assert engine.status().viewers == 2, "who was heard may be silent for longer"


def test_one_viewer_has_all_threads_and_more_have_one_each(engine: Engine) -> None:
    first = engine.join(Scripted())
    assert litert.thread_limit(2) == 2
    second = engine.join(Scripted())
    assert litert.thread_limit(2) == 1
    second.leave()
    assert litert.thread_limit(2) == 2
    first.leave()


def test_one_thread_analyses_while_something_else_wants_the_cores(clock: Clock) -> None:
    crowded = False
    engine = Engine(2, clock, crowded=lambda: crowded)
    viewer = engine.join(Scripted())
    assert litert.thread_limit(2) == 2
    crowded = True
    viewer.submit(frame(), clock.now)
    until(lambda: viewer.counts.analysed == 1)
    assert litert.thread_limit(2) == 1
    engine.close()


def test_what_left_stays_counted(engine: Engine, clock: Clock) -> None:
    follower = Scripted()
    viewer = engine.join(follower)
    viewer.submit(frame(), clock.now)
    until(lambda: viewer.counts.analysed == 1)
    follower.refusals["too small"] += 2
    viewer.leave()
    status = engine.status()
    assert (status.counts.received, status.counts.analysed) == (1, 1)
    assert status.analysed_by_seat == {0: 1}
    assert status.refusals == {"too small": 2}
    assert (status.viewers, status.max_viewers, status.waiting) == (0, 3, 0)


def test_an_analysis_that_never_ends_shows(engine: Engine, clock: Clock) -> None:
    follower = Scripted()
    follower.let = threading.Event()
    viewer = engine.join(follower)
    viewer.submit(frame(), clock.now)
    until(lambda: viewer.slot is None)
    clock.now += STUCK_AFTER / 2
    assert not engine.status().stuck
    assert viewer.behind(clock.now)
    clock.now += STUCK_AFTER
    assert engine.status().stuck
    follower.let.set()


def test_closing_stops_the_worker_and_later_frames_are_ignored(clock: Clock) -> None:
    before = threading.active_count()
    engine = Engine(1, clock)
    viewer = engine.join(Scripted())
    viewer.submit(frame(), clock.now)
    until(lambda: viewer.counts.analysed == 1)
    engine.close()
    assert threading.active_count() == before
    assert not engine.status().dead, "it was asked to stop"
    viewer.submit(frame(), clock.now)
    assert viewer.counts.received == 1
    engine.close()


def test_viewers_may_come_and_go_at_any_moment(engine: Engine) -> None:
    def visit() -> None:
        for _ in range(20):
            viewer = engine.join(Scripted())
            for _ in range(3):
                viewer.submit(frame(), time.monotonic())
                viewer.faces(time.monotonic(), SIZE)
            engine.status()
            viewer.leave()

    threads = [threading.Thread(target=visit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    status = engine.status()
    assert (status.viewers, status.waiting) == (0, 0)
