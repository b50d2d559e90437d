from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from core.draw import ABOVE
from core.face import Box, Face
from core.images.crop import Image
from core.live.metrics import WINDOW, Stages
from core.live.scene import STILL, Motion, Scene
from core.live.viewer import Slot, Viewer
from webapp.live.stream import FrameProcessor, LatencyWindow, turned_about, video_frame

FACE = Face(Box(40, 60, 60, 80), 0.9, 3.4, "Sexy", 0.8, 31)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Follower:
    """Never asked here: the engine below analyses nothing."""

    def __init__(self) -> None:
        self.scene: Scene | None = None
        self.refusals: Counter[str] = Counter()

    def analyze(self, image: Image, now: float) -> list[Face]:
        raise AssertionError("the stream only hands frames over")


class Engine:
    """Takes frames, and fails when told to."""

    def __init__(self) -> None:
        self.fails = False
        self.slots: list[Slot] = []
        self.removed: list[Viewer] = []

    def submit(self, viewer: Viewer, slot: Slot) -> None:
        if self.fails:
            raise RuntimeError("no engine")
        self.slots.append(slot)

    def remove(self, viewer: Viewer) -> None:
        self.removed.append(viewer)


class Stream:
    """A processor with its viewer, engine and clock."""

    def __init__(self) -> None:
        self.engine, self.clock, self.stages = Engine(), Clock(), Stages()
        self.viewer = Viewer(self.engine, 1, Follower(), self.clock.now)
        self.viewer.seat = 0
        self.processor = FrameProcessor(self.viewer, "Sexy", self.stages, self.clock)

    def sees(self, motion: Motion = STILL, faces: tuple[Face, ...] = (FACE,)) -> None:
        self.viewer.scene = Scene(self.clock.now, (160, 160), faces, (motion,) * len(faces))


def frame(width: int = 160, height: int = 160, value: int = 90, sent: float | None = None) -> av.VideoFrame:
    av_frame = av.VideoFrame.from_ndarray(np.full((height, width, 3), value, np.uint8), format="rgb24")
    if sent is not None:
        av_frame.pts, av_frame.time_base = round(sent * 90_000), Fraction(1, 90_000)
    return av_frame


def tinted(out: av.VideoFrame) -> np.ndarray:
    """Where the first label's colour is, give or take what video's own colours do to it."""
    difference = np.abs(out.to_ndarray(format="rgb24").astype(int) - np.array(ABOVE)).max(axis=2)
    return np.asarray(difference < 40)


def test_a_frame_is_handed_over_and_comes_back_at_once() -> None:
    stream = Stream()
    original = frame(value=70)
    assert stream.processor.recv(original) is original
    (slot,) = stream.engine.slots
    assert slot.time == 100.0
    assert slot.image[5, 5].tolist() == [70, 70, 70]


def test_the_newest_faces_are_drawn() -> None:
    stream = Stream()
    stream.sees()
    assert tinted(stream.processor.recv(frame())).any()
    assert stream.processor.stats().faces == 1
    assert stream.stages.read()["draw"][0] == 1


def test_what_is_analysed_is_never_drawn_on() -> None:
    stream = Stream()
    stream.sees()
    stream.processor.recv(frame())
    assert (stream.engine.slots[0].image == 90).all()


def test_faces_are_drawn_where_they_are_now() -> None:
    stream = Stream()
    stream.sees(Motion(cx=100))
    left = tinted(stream.processor.recv(frame())).any(axis=0).argmax()
    stream.clock.now += 0.2
    assert tinted(stream.processor.recv(frame())).any(axis=0).argmax() == left + 20


def halves(left: int, right: int) -> av.VideoFrame:
    """A frame that is darker on one side than on the other."""
    image = np.full((160, 160, 3), left, np.uint8)
    image[:, 80:] = right
    return av.VideoFrame.from_ndarray(image, format="rgb24")


def test_a_mirrored_picture_comes_back_mirrored_faces_or_none() -> None:
    stream = Stream()
    stream.processor.mirrored = True
    alone = stream.processor.recv(halves(40, 200)).to_ndarray(format="rgb24")
    assert alone[150, 150].max() < 60
    assert alone[150, 10].min() > 180
    stream.sees()
    drawn = stream.processor.recv(halves(40, 200))
    assert drawn.to_ndarray(format="rgb24")[150, 150].max() < 60
    columns = np.flatnonzero(tinted(drawn)[100])
    assert abs(columns.min() - (160 - 40 - 60)) <= 2, "the frame goes where the face went"
    assert abs(columns.max() - (160 - 40)) <= 2


def test_what_is_analysed_is_not_mirrored() -> None:
    stream = Stream()
    stream.processor.mirrored = True
    stream.processor.recv(halves(40, 200))
    assert stream.engine.slots[0].image[5, 5].max() < 60


def test_turning_about_twice_is_nothing() -> None:
    assert turned_about(turned_about([FACE], 160), 160) == [FACE]


def test_numbers_are_drawn_where_there_are_several_faces_only() -> None:
    stream = Stream()
    first = replace(FACE, track=1)
    stream.sees(faces=(first,))
    alone = stream.processor.recv(frame()).to_ndarray(format="rgb24")
    stream.sees(faces=(FACE,))
    assert (alone == stream.processor.recv(frame()).to_ndarray(format="rgb24")).all()
    other = replace(FACE, box=Box(110, 130, 20, 20), track=2, label=None)
    stream.sees(faces=(first, other))
    both = stream.processor.recv(frame()).to_ndarray(format="rgb24")
    assert (both[:60] != alone[:60]).any(), "the first face's caption has its number now"


def test_refusals_are_written_in_the_words_given() -> None:
    stream = Stream()
    stream.sees(faces=(replace(FACE, refused="too small"),))
    english = stream.processor.recv(frame()).to_ndarray(format="rgb24")
    stream.processor.refusals = {"too small": "слишком мелкое"}
    assert (stream.processor.recv(frame()).to_ndarray(format="rgb24") != english).any()


def test_colours_are_not_swapped_on_the_way() -> None:
    stream = Stream()
    red = np.zeros((32, 32, 3), np.uint8)
    red[..., 0] = 255
    stream.processor.recv(av.VideoFrame.from_ndarray(red, format="rgb24"))
    assert stream.engine.slots[0].image[5, 5].tolist() == [255, 0, 0]


def test_frames_may_change_their_size() -> None:
    stream = Stream()
    stream.sees()
    for width, height in ((160, 160), (320, 240), (64, 96), (161, 121)):
        out = stream.processor.recv(frame(width, height))
        assert (out.width, out.height) == (width, height)
        assert tinted(out).any()


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize(("sent", "taken"), [((4000, 3000), (960, 720)), ((1080, 1920), (540, 960))])
def test_what_is_larger_than_asked_for_is_scaled_before_all_else(
    sent: tuple[int, int], taken: tuple[int, int], fails: bool
) -> None:
    stream = Stream()
    stream.engine.fails = fails
    stream.sees()
    out = stream.processor.recv(frame(*sent, sent=5.0))
    assert (out.width, out.height) == taken, "what is sent back, too, also when something fails"
    assert [slot.image.shape for slot in stream.engine.slots] == [] if fails else [(taken[1], taken[0], 3)]


@pytest.mark.parametrize("size", [(160, 160), (161, 160), (160, 161), (33, 35)])
def test_a_drawn_picture_keeps_its_size_and_colours(size: tuple[int, int]) -> None:
    width, height = size
    image = np.full((height, width, 3), (200, 60, 20), np.uint8)
    out = video_frame(image)
    assert (out.width, out.height) == size
    assert np.abs(out.to_ndarray(format="rgb24").astype(int) - image).max() < 6


def test_an_error_leaves_the_video_running_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    stream = Stream()
    stream.engine.fails = True
    original = frame()
    with caplog.at_level(logging.ERROR):
        assert stream.processor.recv(original) is original
        assert stream.processor.recv(original) is original
    assert stream.processor.failed
    assert len(caplog.records) == 1
    stream.engine.fails = False
    stream.processor.recv(original)
    assert not stream.processor.failed


def test_a_failed_analysis_is_reported() -> None:
    stream = Stream()
    assert not stream.processor.failed
    stream.viewer.failed = True
    assert stream.processor.failed


def test_the_end_gives_the_place_back() -> None:
    stream = Stream()
    stream.processor.on_ended()
    assert stream.engine.removed == [stream.viewer]


def test_the_passage_is_the_time_for_work() -> None:
    window = LatencyWindow()
    assert window.mean() == 0
    for k in range(31):
        window.add(begin=k / 10, end=k / 10 + 0.02, sent=k / 10 + 500)
    assert window.mean() == pytest.approx(0.02, abs=1e-6)


def test_waiting_in_a_queue_counts_too() -> None:
    window = LatencyWindow()
    for k in range(20):
        late = 0.1 if k % 2 else 0.0
        window.add(begin=k / 10 + late, end=k / 10 + late + 0.02, sent=k / 10)
    assert window.mean() == pytest.approx(0.07, abs=1e-6)


def test_old_frames_are_forgotten() -> None:
    window = LatencyWindow()
    window.add(0.0, 1.0, None)
    window.add(WINDOW + 2, WINDOW + 2.01, None)
    assert window.mean() == pytest.approx(0.01, abs=1e-6)
