"""Pictures from a camera or a video: which frames are taken, under which names, and what is said at the end.

    python -m training capture --source 0 --count 30 --every 0.5 --out data/mine

All pure: frames, clock and disk come in as arguments; `training.data.devices` has the real ones.
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
"""A frame, and the seconds from the first one to it."""

Read = Callable[[], Frame | None]
"""The next frame, or None when there is none."""

TOLERANCE = 1e-6
"""Seconds by which a frame may come early: 3 / 10 is less than three times 0.1."""

CAMERA = re.compile(r"[0-9]{1,3}")
"""A source that is a camera's number; anything else is a file."""

TAKEN = re.compile(r"capture_([0-9]{1,9})")
"""The names, without ending, that captured pictures and their label files bear."""


@dataclass(frozen=True, slots=True)
class CaptureResult:
    """How a capture ended: pictures saved, and whether a person stopped it."""

    saved: int
    stopped: bool


def check_wishes(count: int, every: float) -> None:
    """Refuse what cannot be done.

    Raises:
        DataError: fewer pictures than one, or seconds below 0 or not finite.
    """
    if count < 1:
        raise DataError(f"expected --count of 1 or more; received {count}.")
    if not 0 <= every < math.inf:
        raise DataError(f"expected --every as seconds of 0 or more; received {every:g}.")


def take_frames(
    frames: Iterable[Timed], count: int, every: float, save: Callable[[Frame], None], stop: Callable[[Frame], bool]
) -> CaptureResult:
    """Save the first frame and then the first one at or after each further multiple of `every` seconds.

    Args:
        frames: with their seconds, rising from 0.
        count: stop after so many.
        every: seconds; at 0 each frame is saved.
        save: stores a frame.
        stop: is given each frame, and says whether a person wants to stop.
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
    """The first multiple of `every` after a time: what was missed is not made up for by a burst."""
    if every == 0:
        return seconds
    now = seconds + TOLERANCE
    return now - math.fmod(now, every) + every


def no_time() -> None:
    """The time of a frame whose file tells none."""


def video_frames(read: Read, fps: float, read_time: Callable[[], float | None] = no_time) -> Iterator[Timed]:
    """A video's frames at its own time, which begins with the first of them and never goes back.

    Args:
        read: gives the frames.
        fps: frames a second, for those whose time the file does not tell; 0 where it does not tell that either.
        read_time: the time in seconds of the frame that was read last, as the file tells it, or None.

    Raises:
        DataError: neither times nor frames a second are told.
    """
    seconds, number = 0.0, 0
    shift: float | None = None
    while (frame := read()) is not None:
        stamp = read_time()
        if stamp is not None and shift is None:
            shift = seconds - stamp
        if number and (stamp is None or shift is None or stamp + shift <= seconds):
            # No time, or none after that of the frame before: recordings that were joined begin anew.
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
    """A camera's frames at the clock's time, in seconds."""
    begin: float | None = None
    while (frame := read()) is not None:
        now = clock()
        begin = now if begin is None else begin
        yield now - begin, frame


def camera_help(source: str) -> str:
    """What to check when a camera gives no picture."""
    return (
        f"camera {source} gives no picture. Check that it is plugged in, that no other program uses it, that this one "
        "may (Linux: be in the group video; macOS: allow the terminal in the privacy settings), or try another number."
    )


def first_free(names: Iterable[str]) -> int:
    """One more than the highest number in a folder, label files counted: a picture never inherits another's label."""
    numbers = [int(match[1]) for name in names if (match := TAKEN.fullmatch(Path(name).stem))]
    return max(numbers, default=0) + 1


def describe_outcome(taken: CaptureResult, count: int, source: str, out: Path) -> str:
    """The sentence that a capture ends with.

    Raises:
        DataError: the camera or the video gave nothing, or the camera stopped giving pictures.
    """
    camera = CAMERA.fullmatch(source) is not None
    done = f"{taken.saved} picture{'' if taken.saved == 1 else 's'} in {out}"
    if taken.saved == count:
        return f"{done}."
    if taken.stopped:
        return f"{done}; stopped before {count} were there."
    if camera:
        raise DataError(f"{camera_help(source)} {done}.")
    if taken.saved == 0:
        raise DataError(f"expected a video file; no frame of {source} can be read.")
    return f"{done}; the video ended before {count} were there."
