"""What becomes of the pool, and what is told, when a file breaks, takes over or holds up a worker."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from core.errors import ImageError
from tests.patience import PATIENCE
from tests.webapp.sandbox.pools import ADULT, CLASSIFIER, DETECTOR, wait_for_end, worker_state
from webapp.sandbox import process, worker_slot
from webapp.sandbox.limits import CPU_LIMITED
from webapp.sandbox.pool import Pool

pytestmark = pytest.mark.long

SLACK = 4.0
"""Seconds that ending a worker may take on a busy machine."""

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@posix
def test_a_worker_writes_nothing(faulty: Pool, tmp_path: Path) -> None:
    assert faulty.call("write", {"path": str(tmp_path / "file")}).header == {"written": False}


@posix
def test_a_file_that_takes_too_long_is_reported_and_the_next_is_rated(
    faulty: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_slot, "OPENING_SECONDS", PATIENCE)
    before = worker_state(faulty)["pid"]
    with pytest.raises(ImageError, match=r"opens within 1\.5 seconds; this one took longer"):
        faulty.call("burn", {})
    assert faulty.rate(ADULT, DETECTOR, CLASSIFIER).result(PATIENCE).faces
    assert worker_state(faulty)["pid"] != before
    wait_for_end(before)


def test_a_file_at_which_a_library_hangs_is_reported(faulty: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    worker_state(faulty)
    monkeypatch.setattr(worker_slot, "OPENING_SECONDS", 0.3)
    with pytest.raises(ImageError, match=r"too busy at the moment" if CPU_LIMITED else r"opens within 0\.3 seconds"):
        faulty.call("sleep", {})


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells who does nothing")
def test_a_file_at_which_a_library_waits_for_nothing_is_reported_after_three_seconds(faulty: Pool) -> None:
    before = worker_state(faulty)["pid"]
    begin = time.monotonic()
    with pytest.raises(ImageError, match=r"opens within 3 seconds; this one took longer"):
        faulty.call("sleep", {})
    assert 3.0 <= time.monotonic() - begin < 3.0 + SLACK
    assert worker_state(faulty)["pid"] != before
    wait_for_end(before)


@posix
def test_a_file_that_is_worked_at_is_not_taken_for_one_that_hangs(
    faulty: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "STILL", 0.75)
    monkeypatch.setattr(worker_slot, "OPENING_SECONDS", PATIENCE)
    with pytest.raises(ImageError, match=r"opens within 1\.5 seconds; this one took longer"):
        faulty.call("burn", {})


def test_an_answer_that_does_not_come_is_reported(faulty: Pool) -> None:
    worker_state(faulty)
    with pytest.raises(ImageError, match=r"answer within 0\.3 seconds"):
        faulty.call("work", {}, seconds=0.3)


@posix
@pytest.mark.parametrize(
    ("opening", "says"), [(True, "crashes the program that opens it"), (False, "stopped unexpectedly")]
)
def test_a_crash_is_reported(faulty: Pool, opening: bool, says: str) -> None:
    with pytest.raises(ImageError, match=says):
        faulty.call("die", {"opening": opening})
    assert worker_state(faulty)["pid"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux holds to it")
def test_too_much_memory_is_reported_and_the_worker_lives(faulty: Pool) -> None:
    before = worker_state(faulty)["pid"]
    with pytest.raises(ImageError, match="less memory"):
        faulty.call("grow", {})
    assert worker_state(faulty)["pid"] == before


def test_a_fault_is_logged_without_what_was_in_the_file(
    faulty: Pool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("webapp"), "propagate", True)
    with caplog.at_level(logging.WARNING), pytest.raises(ImageError, match="stopped unexpectedly"):
        faulty.call("fail", {"secret": "my-holiday.jpg"})
    (record,) = caplog.records
    assert record.getMessage() == "a worker was replaced"
    assert "my-holiday" not in str(record.__dict__)
    assert record.__dict__["status"] == 1


@pytest.mark.parametrize(
    "answer", [{"stage": ["x"]}, {"stage": "unknown"}, {"error": "all"}, {"error": ["x", "{a.b}", {}]}]
)
def test_a_worker_that_was_taken_over_is_replaced(faulty: Pool, answer: dict[str, Any]) -> None:
    with pytest.raises(ImageError, match="stopped unexpectedly"):
        faulty.call("lie", {"answer": answer})
    assert worker_state(faulty)["pid"]


def test_a_worker_that_died_idle_is_nobodys_fault(faulty: Pool) -> None:
    pid = worker_state(faulty)["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_for_end(pid)
    assert worker_state(faulty)["pid"]


@posix
def test_a_bad_file_of_one_owner_holds_others_up_no_longer_than_its_own_limit(faulty: Pool) -> None:
    """Five bombs wait before the picture; it is rated after the first."""
    worker_state(faulty)
    bombs = [faulty.submit("burn", {}, owner="bad") for _ in range(5)]
    picture = faulty.rate(ADULT, DETECTOR, CLASSIFIER, "good")
    assert picture.result(PATIENCE).faces
    assert sum(bomb.done() for bomb in bombs) <= 2
    assert faulty.cancel("bad") >= 3
