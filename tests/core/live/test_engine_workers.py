"""How many analyse at a time, when they give way, and who is let in for that."""

from __future__ import annotations

import threading

from core.face import Face
from core.images.crop import Image
from core.live.admission import Admission
from core.live.engine import Engine
from core.live.giving_way import HOLD
from core.live.metrics import WINDOW
from core.models import litert
from tests.core.live.test_engine import Clock, Scripted, frame
from tests.patience import until


def test_two_workers_analyse_two_viewers_frames_at_a_time_and_never_one_viewers(clock: Clock) -> None:
    engine = Engine(3, clock, workers=2)
    followers = [Scripted(), Scripted()]
    for follower in followers:
        follower.let = threading.Event()
    viewers = [engine.join(follower) for follower in followers]
    assert litert.thread_limit.at_once == 2
    viewers[0].submit(frame(1), clock.now)
    until(lambda: viewers[0].slot is None)
    viewers[0].submit(frame(2), clock.now)
    viewers[1].submit(frame(3), clock.now)
    until(lambda: viewers[1].slot is None)
    assert viewers[0].slot is not None, "its frame before is not done"
    for follower in followers:
        assert follower.let is not None
        follower.let.set()
    until(lambda: viewers[0].counts.analysed == 2 and viewers[1].counts.analysed == 1)
    assert followers[0].values == [1, 2]
    engine.close()
    assert litert.thread_limit.at_once == 1


def late(engine: Engine, clock: Clock, delay: float) -> None:
    for _ in range(20):
        clock.now += 0.05
        engine.note_delay(delay, 0.02)


def test_analysis_gives_way_while_the_video_is_late_and_goes_on(engine: Engine, clock: Clock) -> None:
    follower = Scripted()
    viewer = engine.join(follower)
    names: list[str] = []
    analyze = follower.analyze

    def named(image: Image, now: float) -> list[Face]:
        names.append(threading.current_thread().name)
        return analyze(image, now)

    follower.analyze = named  # type: ignore[method-assign]
    for delay, gives_way in ((0.0, False), (0.1, True)):
        late(engine, clock, delay)
        assert engine.status().gives_way == gives_way
        assert engine.status().loop_delay == delay
        assert litert.thread_limit(2) == (1 if gives_way else 2)
        before = viewer.counts.analysed
        viewer.submit(frame(), clock.now)
        until(lambda before=before: viewer.counts.analysed > before)  # type: ignore[misc]
        assert names[-1].endswith("giving-way") == gives_way
    clock.now += HOLD
    late(engine, clock, 0.0)
    assert not engine.status().gives_way


def test_who_would_be_one_too_many_waits_though_a_place_is_free(clock: Clock) -> None:
    engine = Engine(3, clock, admission=Admission(1))
    first, second = engine.join(Scripted()), engine.join(Scripted())
    assert (first.seat, second.seat) == (0, None)
    assert not engine.full
    assert not engine.status().admits
    first.leave()
    assert second.seat == 0
    engine.close()


def test_it_knows_whether_frames_are_dropped_of_late(engine: Engine, clock: Clock) -> None:
    observed = [engine.drops_frames]
    follower = Scripted()
    follower.let = threading.Event()
    viewer = engine.join(follower)
    viewer.submit(frame(1), clock.now)
    until(lambda: viewer.slot is None)
    viewer.submit(frame(2), clock.now)
    observed.append(engine.drops_frames)
    viewer.submit(frame(3), clock.now)
    observed.append(engine.drops_frames)
    follower.let.set()
    until(lambda: viewer.counts.analysed == 2)
    clock.now += WINDOW + 1
    viewer.submit(frame(4), clock.now)
    assert [*observed, engine.drops_frames] == [False, False, True, False]
