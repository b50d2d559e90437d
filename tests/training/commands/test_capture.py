from __future__ import annotations

import os
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.__main__ import main


@pytest.fixture
def video(tmp_path: Path) -> str:
    """Two seconds, 10 frames each."""
    path = str(tmp_path / "video.avi")
    writer = cv2.VideoWriter(path, cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for number in range(20):
        writer.write(np.full((48, 64, 3), 10 * number, np.uint8))
    writer.release()
    return path


def test_pictures_of_a_video_go_on_in_a_second_call(
    video: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["capture", "--source", video, "--count", "3", "--every", "0.5", "--out", str(out)]) == 0
    assert f"3 pictures in {out}." in capsys.readouterr().out
    assert main(["capture", "--source", video, "--count", "9", "--every", "1", "--out", str(out)]) == 0
    assert "2 pictures" in (stdout := capsys.readouterr().out)
    assert "the video ended before 9 were there" in stdout
    values = [round(float(cv2.imread(str(path)).mean()) / 10) for path in sorted(out.glob("*.jpg"))]  # type: ignore[union-attr]
    assert values == [0, 5, 10, 0, 10]


RECORDED = Path(__file__).parents[2] / "data" / "recording.webm"
"""5.9 seconds as Chromium's MediaRecorder wrote them: no duration, 1000 frames a second by its header, 108 in truth."""


@pytest.mark.parametrize(("every", "count"), [("1", 6), ("0.5", 12), ("2.5", 3), ("0", 108)])
def test_a_browsers_recording_is_taken_at_its_own_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], every: str, count: int
) -> None:
    out = tmp_path / "out"
    assert main(["capture", "--source", str(RECORDED), "--count", "500", "--every", every, "--out", str(out)]) == 0
    assert f"{count} pictures" in capsys.readouterr().out
    assert len(list(out.iterdir())) == count


def test_ctrl_c_keeps_what_there_is(
    video: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[object] = []

    def pressed(*given: object) -> bool:
        seen.append(given)
        if len(seen) == 4:
            os.kill(os.getpid(), signal.SIGINT)
        return False

    monkeypatch.setattr("training.data.devices.Preview.show", pressed)
    assert main(["capture", "--source", video, "--count", "9", "--every", "0", "--out", str(tmp_path / "out")]) == 0
    assert "4 pictures" in (stdout := capsys.readouterr().out)
    assert "stopped before 9 were there" in stdout
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_a_wrong_call_is_status_2(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    (tmp_path / "file").touch()
    out = str(tmp_path / "out")
    for arguments, says in (
        (["--source", str(tmp_path / "gone.mp4"), "--out", out], "no file"),
        (["--source", str(tmp_path / "text.mp4"), "--out", out], "cannot be read as one"),
        (["--source", "999", "--out", out], "camera 999 gives no picture. Check"),
        (["--count", "0", "--out", out], "--count of 1 or more; received 0"),
        (["--every", "-1", "--out", out], "--every as seconds of 0 or more; received -1"),
    ):
        assert main(["capture", *arguments]) == 2
        assert says in capfd.readouterr().err.splitlines()[-1]
    assert not Path(out).exists()


def test_a_folder_that_cannot_be_made_is_status_2(
    video: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["capture", "--source", video, "--out", str(tmp_path / "file")]) == 2
    assert "cannot be used" in capsys.readouterr().err
