from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from core.analyzer import Analyzer
from core.live.messages import FrameTime
from core.live.metrics import Stages as Times
from core.live.scene import STILL, Scene
from core.live.viewer import Viewer
from core.models.age_guard import AgeGuard
from tests.webapp.live.signalling.hosting import FACE, Stages
from tests.webapp.live.test_stream import Clock, Engine, Follower
from webapp.live.signalling.processor import MAX_FRAMES, FrameTimes, SessionProcessor, TellingFollower

IMAGE = np.full((120, 160, 3), 90, np.uint8)


def frame(pts: int | None = 9000) -> av.VideoFrame:
    av_frame = av.VideoFrame.from_ndarray(IMAGE, format="rgb24")
    if pts is not None:
        av_frame.pts, av_frame.time_base = pts, Fraction(1, 90_000)
    return av_frame


def test_a_follower_tells_of_each_frame_that_it_analysed() -> None:
    stages, scenes = Stages(), list[Scene]()
    follower = TellingFollower(Analyzer(stages, AgeGuard(stages, 0.06, 18, 16), stages), Times(), scenes.append)
    for now in (1.0, 2.0):
        faces = follower.analyze(IMAGE, now)
        assert scenes[-1].time == now
        assert list(scenes[-1].faces) == faces
    stages.fails = True
    with pytest.raises(RuntimeError):
        follower.analyze(IMAGE, 3.0)
    assert len(scenes) == 2


def test_a_frame_is_known_until_it_or_a_later_one_is_analysed() -> None:
    times = FrameTimes()
    for now in (1.0, 2.0, 3.0):
        times.note(now, FrameTime(now * 10))
    assert times.take(2.0) == FrameTime(20.0)
    assert times.take(1.0) is None
    assert times.take(2.0) is None
    assert times.take(3.0) == FrameTime(30.0)
    assert times.take(4.0) is None


def test_frames_that_are_never_analysed_do_not_pile_up() -> None:
    times = FrameTimes()
    for number in range(MAX_FRAMES + 5):
        times.note(float(number), FrameTime(0.0))
    assert times.take(4.0) is None
    assert times.take(5.0) is not None


class Stream:
    """A processor with its engine."""

    def __init__(self, draws: bool) -> None:
        self.engine, self.clock = Engine(), Clock()
        viewer = Viewer(self.engine, 1, Follower(), self.clock.now)
        viewer.seat = 0
        viewer.scene = Scene(self.clock.now, (160, 120), (FACE,), (STILL,))
        self.processor = SessionProcessor(viewer, "Sexy", Times(), self.clock, lambda pts: pts + 1, draws=draws)


@pytest.mark.parametrize("draws", [False, True])
def test_each_frame_is_handed_over_and_noted(draws: bool) -> None:
    stream = Stream(draws)
    original = frame()
    returned = stream.processor.recv(original)
    assert (returned is original) == (not draws)
    (slot,) = stream.engine.slots
    assert (slot.image == 90).all()
    assert stream.processor.times.take(slot.time) == FrameTime(0.1, 9001)


def test_a_frame_without_a_time_is_analysed_all_the_same() -> None:
    stream = Stream(False)
    stream.processor.recv(frame(None))
    (slot,) = stream.engine.slots
    assert stream.processor.times.take(slot.time) is None
