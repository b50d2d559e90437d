from __future__ import annotations

import asyncio
import gc
import logging
from fractions import Fraction

import av
import numpy as np
import pytest

from core.crop import Image
from core.draw import ABOVE
from core.face import Box, Face
from webapp.stream import SILENT_AFTER, WINDOW, FrameProcessor, Meter, ViewerSlots

FACE = Face(Box(40, 60, 60, 80), 0.9, 3.4, "Sexy", 0.8, 31)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Scripted:
    """Finds FACE in every picture; may fail."""

    def __init__(self) -> None:
        self.fails = False
        self.pictures: list[Image] = []
        self.times: list[float] = []

    def analyze(self, image: Image, now: float) -> list[Face]:
        self.pictures.append(image)
        self.times.append(now)
        if self.fails:
            raise RuntimeError("no model")
        return [FACE]


def frame(width: int = 160, height: int = 160, value: int = 90, sent: float | None = None) -> av.VideoFrame:
    made = av.VideoFrame.from_ndarray(np.full((height, width, 3), value, np.uint8), format="rgb24")
    if sent is not None:
        made.pts, made.time_base = round(sent * 90_000), Fraction(1, 90_000)
    return made


def processor(follower: Scripted | None = None, most: int = 4, clock: Clock | None = None) -> FrameProcessor:
    clock = clock or Clock()
    return FrameProcessor(follower or Scripted(), "Sexy", ViewerSlots(most, clock), clock)


def test_a_frame_comes_back_drawn_and_the_faces_are_told() -> None:
    stream = processor()
    out = stream.recv(frame()).to_ndarray(format="rgb24")
    assert (out == ABOVE).all(axis=2).any()
    assert stream.stats().faces == [FACE]


def test_colours_are_not_swapped_on_the_way() -> None:
    follower = Scripted()
    red = np.zeros((32, 32, 3), np.uint8)
    red[..., 0] = 255
    processor(follower).recv(av.VideoFrame.from_ndarray(red, format="rgb24"))
    assert follower.pictures[0][5, 5].tolist() == [255, 0, 0]


def test_frames_may_change_their_size() -> None:
    stream = processor()
    for width, height in ((160, 160), (320, 240), (64, 96)):
        out = stream.recv(frame(width, height))
        assert (out.width, out.height) == (width, height)


def test_of_waiting_frames_the_newest_is_processed() -> None:
    follower = Scripted()
    waiting = [frame(value=value) for value in (10, 20, 30)]
    (out,) = asyncio.run(processor(follower).recv_queued(waiting))
    assert len(follower.pictures) == 1
    assert follower.pictures[0][0, 0, 0] == pytest.approx(30, abs=1)
    assert out is not waiting[-1]


def test_a_failing_model_leaves_the_video_running_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    follower = Scripted()
    follower.fails = True
    stream = processor(follower)
    given = frame()
    with caplog.at_level(logging.ERROR):
        assert stream.recv(given) is given
        assert stream.recv(given) is given
    assert stream.failed
    assert len(caplog.records) == 1
    follower.fails = False
    assert stream.recv(given) is not given
    assert not stream.failed


def test_a_frame_is_analysed_as_of_its_arrival() -> None:
    clock, follower = Clock(), Scripted()
    stream = processor(follower, clock=clock)
    stream.recv(frame())
    clock.now += 0.04
    stream.recv(frame())
    assert follower.times == [100.0, 100.04]


def test_frames_a_second_and_latency() -> None:
    meter = Meter()
    assert meter.read(0.0) == (0, 0)
    for k in range(31):
        meter.add(begin=k / 10, end=k / 10 + 0.02, sent=k / 10 + 500)
    fps, latency = meter.read(3.02)
    assert fps == pytest.approx(10, rel=0.1)
    assert latency == pytest.approx(0.02, abs=1e-6)


def test_waiting_in_a_queue_counts_as_latency() -> None:
    meter = Meter()
    for k in range(20):
        late = 0.1 if k % 2 else 0.0
        meter.add(begin=k / 10 + late, end=k / 10 + late + 0.02, sent=k / 10)
    assert meter.read(2.0)[1] == pytest.approx(0.07, abs=1e-6)


def test_old_frames_are_forgotten() -> None:
    meter = Meter()
    for k in range(10):
        meter.add(k / 10, k / 10 + 0.01, None)
    assert meter.read(1.0 + WINDOW + 1) == (0, 0)


def test_places_are_taken_and_given_back() -> None:
    clock = Clock()
    slots = ViewerSlots(1, clock)
    first = FrameProcessor(Scripted(), "Sexy", slots, clock)
    second = FrameProcessor(Scripted(), "Sexy", slots, clock)
    assert (first.admitted, second.admitted) == (True, False)
    assert slots.full()
    given = frame()
    assert second.recv(given) is given
    first.on_ended()
    assert not slots.full()
    assert FrameProcessor(Scripted(), "Sexy", slots, clock).admitted


def test_a_viewer_who_fell_silent_or_vanished_takes_no_place() -> None:
    clock = Clock()
    slots = ViewerSlots(2, clock)
    silent = FrameProcessor(Scripted(), "Sexy", slots, clock)
    vanished = FrameProcessor(Scripted(), "Sexy", slots, clock)
    assert slots.taken() == 2
    del vanished
    gc.collect()
    assert slots.taken() == 1
    clock.now += SILENT_AFTER + 1
    assert slots.taken() == 0
    silent.recv(frame())
    assert slots.taken() == 1
