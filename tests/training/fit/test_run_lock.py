from __future__ import annotations

import errno
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.settings import ROOT
from training.errors import TrainingError
from training.fit.run_lock import run_lock

posix = pytest.mark.skipif(sys.platform == "win32", reason="tests what fcntl.flock answers")

HOLD = """
import sys, time
from pathlib import Path
from training.fit.run_lock import run_lock
with run_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_is_kept_out(tmp_path: Path) -> None:
    with run_lock(tmp_path), pytest.raises(TrainingError, match="another one does"), run_lock(tmp_path, seconds=0):
        pass


def test_a_writer_may_follow_another(tmp_path: Path) -> None:
    with run_lock(tmp_path):
        pass
    with run_lock(tmp_path, seconds=0):
        pass


def test_a_writer_waits_for_one_that_ends(tmp_path: Path) -> None:
    held, ending = threading.Event(), threading.Event()

    def hold() -> None:
        with run_lock(tmp_path):
            held.set()
            ending.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(30)
    threading.Timer(0.3, ending.set).start()
    with run_lock(tmp_path, seconds=30):
        assert ending.is_set()
    thread.join()


def test_runs_keep_no_other_run_out(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with run_lock(tmp_path / "a"), run_lock(tmp_path / "b", seconds=0):
        pass


def test_it_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(TrainingError, match="another one does"), run_lock(tmp_path, seconds=0):
            pass
        holder.kill()
        holder.wait(30)
    with run_lock(tmp_path, seconds=0):
        pass


def test_a_folder_that_is_none_is_reported(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    with pytest.raises(TrainingError, match="expected a folder to write to"), run_lock(tmp_path / "run", seconds=0):
        pass


@posix
@pytest.mark.parametrize("answer", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_where_there_are_no_locks_nobody_is_kept_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(answer, "no locks")

    monkeypatch.setattr("fcntl.flock", refuse)
    with run_lock(tmp_path, seconds=0), run_lock(tmp_path, seconds=0):
        assert [file.name for file in tmp_path.iterdir() if file.stat().st_size] == [], "no marker that would stay"
