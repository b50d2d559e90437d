from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from training.errors import TrainingError
from training.fit.run_lock import run_lock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")


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
