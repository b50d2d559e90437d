"""Devices for capturing: cameras, video files, the folder of pictures and a window."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2

from core.batch.files import is_picture_name
from training.data.capture import CAMERA, Frame, Timed, camera_frames, camera_help, first_free, video_frames
from training.errors import DataError


@contextlib.contextmanager
def frames_of(source: str) -> Iterator[Iterator[Timed]]:
    """Yield the frames of a camera (its number) or of a video file, which is closed afterwards.

    Raises:
        DataError: no such file, the file is not a video, or the camera cannot be opened; says what to check.
    """
    camera = CAMERA.fullmatch(source) is not None
    if not camera and not os.path.isfile(source):
        raise DataError(f"expected a camera's number (0 is the first) or a video file; there is no file {source}.")
    # OpenCV would open a single picture as a video of one frame.
    if is_picture_name(Path(source)):
        raise DataError(f"expected a video file; {source} is a picture.")
    # An absolute path, since FFmpeg would take a name such as concat:a for an address.
    device = cv2.VideoCapture(int(source) if camera else os.path.abspath(source))

    def read() -> Frame | None:
        success, frame = device.read()
        return frame if success else None

    def read_time() -> float | None:
        seconds = float(device.get(cv2.CAP_PROP_POS_MSEC)) / 1000
        return seconds if math.isfinite(seconds) else None

    try:
        if not device.isOpened():
            raise DataError(
                camera_help(source) if camera else f"expected a video file; {source} cannot be read as one."
            )
        if camera:
            yield camera_frames(read, time.monotonic)
        else:
            # Browsers' recordings give a clock rate as their frame rate, and phones' frame rates vary.
            fps = device.get(cv2.CAP_PROP_FPS)
            yield video_frames(read, fps if 0 < fps < math.inf else 0.0, read_time)
    finally:
        device.release()


@contextlib.contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """Yield a function that returns whether Ctrl-C was pressed, so as to stop cleanly. A second one acts at once."""
    pressed = False
    previous_handler = signal.getsignal(signal.SIGINT)

    def note(*_: object) -> None:
        nonlocal pressed
        pressed = True
        signal.signal(signal.SIGINT, previous_handler)

    signal.signal(signal.SIGINT, note)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, previous_handler)


class PictureFolder:
    """Writes frames as JPEG into a folder, continuing its numbering; never overwrites anything."""

    def __init__(self, folder: Path) -> None:
        """Create the folder.

        Raises:
            DataError: it cannot be created or read.
        """
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.number = first_free(os.listdir(folder))
        except OSError as error:
            raise DataError(f"expected a folder to write to; {folder} cannot be used ({error.strerror}).") from error

    def save(self, frame: Frame) -> None:
        """Write one frame.

        Raises:
            DataError: it cannot be written.
        """
        data = cv2.imencode(".jpg", frame)[1].tobytes()
        while not self.try_write(data):
            self.number += 1
        self.number += 1

    def try_write(self, data: bytes) -> bool:
        """Write a file under the current number; False if another program created that file first."""
        path = self.folder / f"capture_{self.number:06}.jpg"
        try:
            stream = path.open("xb")
            try:
                with stream:
                    stream.write(data)
            except BaseException:  # A full disk must not leave half a picture.
                path.unlink()
                raise
        except FileExistsError:
            return False
        except OSError as error:
            raise DataError(f"cannot write {path} ({error.strerror}). The pictures saved so far are kept.") from error
        return True


class Preview:
    """A window that shows each frame, if there is a display and OpenCV supports it; `q` stops."""

    def __init__(self) -> None:
        """Open nothing before the first frame."""
        headless = sys.platform.startswith("linux") and not (
            os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        )
        self.possible = not headless
        if headless:
            print("No preview: there is no display. Ctrl-C stops.")

    def show(self, frame: Frame) -> bool:
        """Show a frame; True if `q` was pressed."""
        if not self.possible:
            return False
        try:
            cv2.imshow("capture: q stops", frame)
            return cv2.waitKey(1) & 0xFF == ord("q")
        except cv2.error:
            self.possible = False
            print("No preview: this OpenCV opens no window (opencv-python-headless). Ctrl-C stops.")
            return False

    def close(self) -> None:
        """Close the window."""
        if self.possible:
            with contextlib.suppress(cv2.error):
                cv2.destroyAllWindows()
