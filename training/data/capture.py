"""Captures pictures from a camera or a video: selection of frames, file names, and the final message.

    python -m training capture --source 0 --count 30 --every 0.5 --out data/mine

Pure functions: frames, clock and disk are passed in; `training.data.devices` has the real ones.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.errors import DataError

Frame = np.ndarray
"""BGR, uint8, shape (height, width, 3), as OpenCV reads and writes it."""

Timed = tuple[float, Frame]
"""A frame, and its time in seconds since the first one."""

Read = Callable[[], Frame | None]
"""Returns the next frame, or None at the end."""

TOLERANCE = 1e-6
"""Seconds by which a frame may be early: 3 / 10 is less than three times 0.1."""

CAMERA = re.compile(r"[0-9]{1,3}")
"""A source that is a camera's number; anything else is a file."""

TAKEN = re.compile(r"capture_([0-9]{1,9})")
"""Names of captured pictures and their label files, without suffix."""


@dataclass(frozen=True, slots=True)
class CaptureResult:
    """The outcome of a capture: pictures saved, and whether the user stopped it."""

    saved: int
    stopped: bool


def check_wishes(count: int, every: float) -> None:
    """Reject invalid arguments.

    Raises:
        DataError: `count` is less than one, or `every` is negative or not finite.
    """
    if count < 1:
        raise DataError(f"expected --count of 1 or more; received {count}.")
    if not 0 <= every < math.inf:
        raise DataError(f"expected --every as seconds of 0 or more; received {every:g}.")


def take_frames(
    frames: Iterable[Timed], count: int, every: float, save: Callable[[Frame], None], stop: Callable[[Frame], bool]
) -> CaptureResult:
    """Save the first frame, and then the first one at or after each further multiple of `every` seconds.

    Args:
        frames: with their times in seconds, ascending from 0.
        count: number of pictures after which to stop.
        every: seconds; at 0 each frame is saved.
        save: stores a frame.
        stop: receives each frame, and returns whether the user wants to stop.
    """
    saved, due = 0, 0.0
    for seconds, frame in frames:
        if seconds + TOLERANCE >= due:
            save(frame)
            saved += 1
            due = next_due(seconds, every)
        if saved == count:
            break
        if stop(frame):
            return CaptureResult(saved, stopped=True)
    return CaptureResult(saved, stopped=False)


def next_due(seconds: float, every: float) -> float:
    """Return the first multiple of `every` after a time: missed pictures are not made up for."""
    if every == 0:
        return seconds
    now = seconds + TOLERANCE
    return now - math.fmod(now, every) + every


def no_time() -> None:
    """Return None: the file does not give frame times."""


def video_frames(read: Read, fps: float, read_time: Callable[[], float | None] = no_time) -> Iterator[Timed]:
    """Yield a video's frames with its own times, which start at the first frame and never decrease.

    Args:
        read: returns the frames.
        fps: frames a second, for frames without a time in the file; 0 if unknown.
        read_time: returns the time in seconds of the last frame read, as given by the file, or None.

    Raises:
        DataError: neither times nor frames a second are known.
    """
    seconds, number = 0.0, 0
    shift: float | None = None
    while (frame := read()) is not None:
        stamp = read_time()
        if stamp is not None and shift is None:
            shift = seconds - stamp
        if number and (stamp is None or shift is None or stamp + shift <= seconds):
            # No time, or one that is not later than the previous frame's: joined recordings restart their times.
            if not fps:
                raise DataError(
                    "expected a video with its frames' times; it tells neither them nor a rate. Convert it."
                )
            seconds += 1 / fps
            shift = None if stamp is None else seconds - stamp
        elif stamp is not None and shift is not None:
            seconds = stamp + shift
        yield seconds, frame
        number += 1


def camera_frames(read: Read, clock: Callable[[], float]) -> Iterator[Timed]:
    """Yield a camera's frames with the clock's times in seconds."""
    begin: float | None = None
    while (frame := read()) is not None:
        now = clock()
        begin = now if begin is None else begin
        yield now - begin, frame


def camera_help(source: str) -> str:
    """Return what to check if a camera gives no picture."""
    return (
        f"camera {source} gives no picture. Check that it is plugged in, that no other program uses it, that this one "
        "may (Linux: be in the group video; macOS: allow the terminal in the privacy settings), or try another number."
    )


def first_free(names: Iterable[str]) -> int:
    """Return one more than the highest number in a folder; label files count, so that no picture gets another's."""
    numbers = [int(match[1]) for name in names if (match := TAKEN.fullmatch(Path(name).stem))]
    return max(numbers, default=0) + 1


def describe_outcome(taken: CaptureResult, count: int, source: str, out: Path) -> str:
    """Return the final message of a capture.

    Raises:
        DataError: the camera or the video gave no frames, or the camera stopped giving them.
    """
    camera = CAMERA.fullmatch(source) is not None
    saved_pictures = f"{taken.saved} picture{'' if taken.saved == 1 else 's'} in {out}"
    if taken.saved == count:
        return f"{saved_pictures}."
    if taken.stopped:
        return f"{saved_pictures}; stopped before {count} were there."
    if camera:
        raise DataError(f"{camera_help(source)} {saved_pictures}.")
    if taken.saved == 0:
        raise DataError(f"expected a video file; no frame of {source} can be read.")
    return f"{saved_pictures}; the video ended before {count} were there."
