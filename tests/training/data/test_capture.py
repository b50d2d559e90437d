from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from training.data.capture import (
    CaptureResult,
    Frame,
    Read,
    Timed,
    camera_frames,
    check_wishes,
    describe_outcome,
    first_free,
    take_frames,
    video_frames,
)
from training.errors import DataError


def numbered(count: int) -> list[Frame]:
    """Frames whose only value is their number."""
    return [np.full((1, 1, 3), number, np.uint8) for number in range(count)]


def reader(frames: list[Frame]) -> Read:
    remaining = iter(frames)
    return lambda: next(remaining, None)


def never(_: Frame) -> bool:
    return False


def lost(_: Frame) -> None:
    """Saves nothing."""


def saved_of(frames: Iterator[Timed], count: int, every: float) -> list[int]:
    kept: list[int] = []
    take_frames(frames, count, every, lambda frame: kept.append(int(frame[0, 0, 0])), never)
    return kept


@pytest.mark.parametrize(
    ("fps", "every", "kept"),
    [
        (10, 0, [0, 1, 2, 3, 4, 5, 6, 7]),
        (10, 0.1, [0, 1, 2, 3, 4, 5, 6, 7]),
        (10, 0.3, [0, 3, 6, 9, 12, 15, 18, 21]),
        (30, 0.1, [0, 3, 6, 9, 12, 15, 18, 21]),
        (29.97, 0.5, [0, 15, 30, 45, 60, 75, 90, 105]),
        (10, 0.15, [0, 2, 3, 5, 6, 8, 9, 11]),
        (10, 1e-320, [0, 1, 2, 3, 4, 5, 6, 7]),
        (10, 1e9, [0]),
    ],
)
def test_a_video_is_taken_at_its_own_time(fps: float, every: float, kept: list[int]) -> None:
    assert saved_of(video_frames(reader(numbered(120)), fps), 8, every) == kept


@pytest.mark.parametrize(
    ("times", "fps", "seconds"),
    [
        ([0, 0.033, 0.5, 0.533, 2.0], 1000, [0, 0.033, 0.5, 0.533, 2.0]),
        ([7.5, 7.6, 9.5], 0, [0, 0.1, 2]),
        ([-0.2, 0, 0.3], 30, [0, 0.2, 0.5]),
        ([0, 0.5, 1.0, 0, 0.5, 1.0], 2, [0, 0.5, 1, 1.5, 2, 2.5]),
        ([0, 0, 0, 0], 10, [0, 0.1, 0.2, 0.3]),
        ([None, None, None], 10, [0, 0.1, 0.2]),
        ([None, 0.1, 0.2, 0.6], 10, [0, 0.1, 0.2, 0.6]),
        ([0, 0.2, None, 0.7, 1.0], 10, [0, 0.2, 0.3, 0.4, 0.7]),
    ],
    ids=["rates vary", "begins late", "begins early", "joined", "all at once", "untold", "first untold", "gap"],
)
def test_a_videos_frames_come_at_the_times_that_it_tells(
    times: list[float | None], fps: float, seconds: list[float]
) -> None:
    remaining = iter(times)
    frames = list(video_frames(reader(numbered(len(times))), fps, lambda: next(remaining)))
    assert [second for second, _ in frames] == pytest.approx(seconds)
    assert [int(frame[0, 0, 0]) for _, frame in frames] == list(range(len(times)))


def test_a_video_that_tells_no_time_at_all_is_refused() -> None:
    frames = video_frames(reader(numbered(3)), 0)
    assert next(frames)[0] == 0
    with pytest.raises(DataError, match="frames' times"):
        next(frames)


def test_a_camera_is_taken_by_the_clock_and_a_stall_brings_no_burst() -> None:
    times = iter([100.3, 100.7, 101.4, 102.2, 107.8, 107.9, 108.31, 108.7])
    assert saved_of(camera_frames(reader(numbered(8)), lambda: next(times)), 8, 1.0) == [0, 2, 4, 6]


def test_nothing_more_is_read_once_there_are_enough() -> None:
    frames = reader(numbered(9))
    assert saved_of(video_frames(frames, 10), 3, 0) == [0, 1, 2]
    following = frames()
    assert following is not None
    assert following[0, 0, 0] == 3


def test_fewer_frames_than_wished() -> None:
    assert take_frames(video_frames(reader(numbered(3)), 10), 5, 0, lost, never) == CaptureResult(3, stopped=False)


def test_the_preview_sees_every_frame_and_stops() -> None:
    seen: list[int] = []

    def shown(frame: Frame) -> bool:
        seen.append(int(frame[0, 0, 0]))
        return len(seen) == 4

    assert take_frames(video_frames(reader(numbered(9)), 10), 5, 0.2, lost, shown) == CaptureResult(2, stopped=True)
    assert seen == [0, 1, 2, 3]


def test_names_go_on_from_pictures_and_labels() -> None:
    assert first_free([]) == 1
    assert first_free(["capture_000002.jpg", "capture_000007.json", "other_9.jpg", "capture_x.jpg"]) == 8


@pytest.mark.parametrize(
    ("count", "every", "says"),
    [(0, 1.0, "--count .* 0"), (-3, 1.0, "--count"), (1, -0.1, "--every .* -0.1"), (1, float("nan"), "--every"),
     (1, float("inf"), "--every")],
)  # fmt: skip
def test_impossible_wishes_are_refused(count: int, every: float, says: str) -> None:
    with pytest.raises(DataError, match=says):
        check_wishes(count, every)
    check_wishes(1, 0)


def test_the_last_sentence_tells_how_it_ended() -> None:
    out = Path("out")
    assert describe_outcome(CaptureResult(5, False), 5, "0", out) == "5 pictures in out."
    assert describe_outcome(CaptureResult(1, True), 5, "0", out) == "1 picture in out; stopped before 5 were there."
    assert (
        describe_outcome(CaptureResult(2, False), 5, "a.mp4", out)
        == "2 pictures in out; the video ended before 5 were there."
    )
    with pytest.raises(DataError, match=r"camera 0 gives no picture.*2 pictures in out\."):
        describe_outcome(CaptureResult(2, False), 5, "0", out)
    with pytest.raises(DataError, match=r"no frame of a\.mp4"):
        describe_outcome(CaptureResult(0, False), 5, "a.mp4", out)
