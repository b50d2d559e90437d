from __future__ import annotations

import os
import signal
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from core.images.decode import read_picture
from training.data.devices import PictureFolder, Preview, frames_of, interrupts
from training.errors import DataError


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """12 frames at 10 a second, growing brighter by 20 each."""
    path = tmp_path / "video.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    assert writer.isOpened()
    for number in range(12):
        writer.write(np.full((48, 64, 3), 20 * number, np.uint8))
    writer.release()
    return path


def test_a_video_file_is_read_with_its_own_times(video: Path) -> None:
    with frames_of(str(video)) as frames:
        timed_frames = list(frames)
    assert [seconds for seconds, _ in timed_frames] == pytest.approx([number / 10 for number in range(12)])
    assert all(frame.shape == (48, 64, 3) for _, frame in timed_frames)
    assert [float(frame.mean()) for _, frame in timed_frames] == pytest.approx([20 * n for n in range(12)], abs=4)


TIMES = [0, 33, 66, 250, 260, 700, 1500, 4000]
"""Milliseconds of frames that come as they please."""


@pytest.mark.parametrize(
    ("name", "codec", "begin"),
    [("a.webm", "libvpx", 0), ("late.webm", "libvpx", 5000), ("a.mp4", "mpeg4", 0), ("a.mkv", "mpeg4", 90)],
)
def test_frames_come_at_their_own_times_whatever_the_rate(tmp_path: Path, name: str, codec: str, begin: int) -> None:
    clock = Fraction(1, 1000)
    with av.open(str(tmp_path / name), "w") as container:
        stream = container.add_stream(codec, rate=30)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.time_base = clock
        for number, time in enumerate(TIMES):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 30 * number, np.uint8), format="rgb24")
            frame.pts, frame.time_base = begin + time, clock
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with frames_of(str(tmp_path / name)) as frames:
        timed_frames = list(frames)
    assert [seconds for seconds, _ in timed_frames] == pytest.approx([time / 1000 for time in TIMES], abs=0.002)
    assert [float(frame.mean()) for _, frame in timed_frames] == pytest.approx([30 * n for n in range(8)], abs=6)


class Camera:
    """What cv2.VideoCapture would give for a camera with two frames in it."""

    def __init__(self, source: int | str) -> None:
        self.source = source
        self.left = 2
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802
        return self.source == 0

    def read(self) -> tuple[bool, np.ndarray | None]:
        self.left -= 1
        return (True, np.zeros((4, 4, 3), np.uint8)) if self.left >= 0 else (False, None)

    def release(self) -> None:
        self.released = True


def test_a_camera_is_closed_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    cameras: list[Camera] = []

    def opened(source: int | str) -> Camera:
        cameras.append(Camera(source))
        return cameras[-1]

    monkeypatch.setattr(cv2, "VideoCapture", opened)
    with frames_of("0") as frames:
        assert len(list(frames)) == 2
    with pytest.raises(DataError, match=r"camera 7 gives no picture. Check that it is plugged in"), frames_of("7"):
        pass
    assert [camera.source for camera in cameras] == [0, 7]
    assert all(camera.released for camera in cameras)


def test_files_that_are_no_video(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.PNG"), np.zeros((9, 9, 3), np.uint8))
    (tmp_path / "text.mp4").write_text("no video")
    (tmp_path / "empty.avi").touch()
    for name, says in (("a.PNG", "is a picture"), ("text.mp4", "as one"), ("empty.avi", "as one"), ("gone", "no file")):
        with pytest.raises(DataError, match=f"{name}.*{says}|{says}.*{name}"), frames_of(str(tmp_path / name)):
            pass


def test_ctrl_c_is_noted_once_and_then_acts() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupts() as pressed:
        assert not pressed()
        os.kill(os.getpid(), signal.SIGINT)
        assert pressed()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    with interrupts():
        pass
    assert signal.getsignal(signal.SIGINT) is before


def test_pictures_are_numbered_on_and_never_overwritten(tmp_path: Path) -> None:
    frame = np.full((20, 30, 3), (200, 40, 10), np.uint8)
    out = tmp_path / "new" / "out"
    first = PictureFolder(out)
    first.save(frame)
    second = PictureFolder(out)
    (out / "capture_000002.jpg").write_text("another program's")
    second.save(frame)
    first.save(frame)
    names = sorted(path.name for path in out.iterdir())
    assert names == [f"capture_00000{number}.jpg" for number in (1, 2, 3, 4)]
    assert (out / "capture_000002.jpg").read_text() == "another program's"
    image = read_picture(out / "capture_000003.jpg", 1, 1)
    assert image.shape == (20, 30, 3)
    assert image.mean(axis=(0, 1)) == pytest.approx((10, 40, 200), abs=6)


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "in it"):
        with pytest.raises(DataError, match="expected a folder to write to"):
            PictureFolder(place)
    folder = PictureFolder(tmp_path / "out")
    (tmp_path / "out").rmdir()
    with pytest.raises(DataError, match=r"cannot write .*capture_000001\.jpg.*are kept"):
        folder.save(np.zeros((4, 4, 3), np.uint8))


def test_a_write_that_fails_leaves_no_half_picture(tmp_path: Path) -> None:
    """As on a full disk; here it fails because of something that is no bytes."""
    with pytest.raises(TypeError):
        PictureFolder(tmp_path).try_write("no bytes")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_without_a_window_it_is_said_once_and_nothing_stops(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> None:
        raise cv2.error("not implemented")

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(cv2, "imshow", fails)
    preview = Preview()
    frame = np.zeros((4, 4, 3), np.uint8)
    assert not preview.show(frame)
    assert not preview.show(frame)
    preview.close()
    assert capsys.readouterr().out.count("No preview: this OpenCV opens no window") == 1


def test_without_a_display_no_window_is_tried(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An OpenCV with Qt ends the whole process where there is no display."""
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(cv2, "imshow", lambda *_: pytest.fail("a window was tried"))
    assert not Preview().show(np.zeros((4, 4, 3), np.uint8))
    assert "no display" in capsys.readouterr().out


def test_q_in_the_window_stops_and_the_window_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = iter([-1, ord("x"), ord("q")])
    closed: list[bool] = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(cv2, "imshow", lambda *_: None)
    monkeypatch.setattr(cv2, "waitKey", lambda _: next(keys))
    monkeypatch.setattr(cv2, "destroyAllWindows", lambda: closed.append(True))
    preview = Preview()
    frame = np.zeros((4, 4, 3), np.uint8)
    assert [preview.show(frame) for _ in range(3)] == [False, False, True]
    preview.close()
    assert closed == [True]
