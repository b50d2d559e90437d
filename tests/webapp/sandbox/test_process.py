from __future__ import annotations

import sys

import pytest

from core.settings import PictureSettings
from webapp.sandbox import process
from webapp.sandbox.limits import CPU_LIMITED, OPENING_CPU
from webapp.sandbox.process import LostError, Process, Watch
from webapp.sandbox.wire import OPENING, WORKING
from webapp.sandbox.worker_settings import WorkerSettings

LIMITS = {WORKING: 30.0, OPENING: 30.0}

STUB = """
import sys, time
from webapp.sandbox import wire
jobs, answers = sys.stdin.buffer, sys.stdout.buffer
first = wire.read(jobs, 1000)
wire.write(answers, {})
while (job := wire.read(jobs, 1000)) is not None:
    if job.header.get("stage"):
        wire.write(answers, {"stage": job.header["stage"]})
    if job.header.get("exit"):
        sys.exit(3)
    if job.header.get("sleep"):
        time.sleep(600)
    if job.header.get("spin"):
        while True:
            pass
    if job.header.get("flood"):
        answers.write(b"\\xff" * 100)
        answers.flush()
    wire.write(answers, {"settings": sorted(first.header), "kind": job.header.get("kind")}, job.blobs)
"""


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Process:
    monkeypatch.setattr(process, "COMMAND", (sys.executable, "-c", STUB))
    return Process(WorkerSettings())


def test_a_job_is_answered(stub: Process) -> None:
    answer = stub.answer({"kind": "any", "stage": OPENING}, (b"one", b""), LIMITS)
    assert (answer.header["kind"], answer.blobs) == ("any", (b"one", b""))
    assert stub.answer({"kind": "other"}, (), LIMITS).header["kind"] == "other"
    assert stub.alive
    stub.close()
    assert not stub.alive


def test_only_what_a_worker_needs_is_passed_to_it(stub: Process) -> None:
    assert stub.answer({}, (), LIMITS).header["settings"] == ["photos", "pictures", "rating"]
    stub.close()


def test_the_stage_at_which_a_worker_was_lost_is_known(stub: Process) -> None:
    with pytest.raises(LostError) as caught:
        stub.answer({"stage": OPENING, "exit": True}, (), LIMITS)
    assert (caught.value.stage, caught.value.late, caught.value.status) == (OPENING, False, 3)
    assert not stub.alive


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells who does nothing")
@pytest.mark.parametrize(("does", "starved"), [("spin", True), ("sleep", False)])
def test_one_that_worked_until_its_time_was_up_was_starved(
    does: str, starved: bool, stub: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its processor time would have ended one that was not."""
    monkeypatch.setattr(process, "STILL", 600.0 if starved else 1.0)
    with pytest.raises(LostError) as caught:
        stub.answer({"stage": OPENING, does: True}, (), LIMITS | {OPENING: 0.5 if starved else 600.0})
    assert caught.value.late
    assert caught.value.starved == starved
    assert caught.value.seconds == (0.5 if starved else 1.0)


@pytest.mark.skipif(not CPU_LIMITED, reason="the system counts no processor time")
@pytest.mark.parametrize(("megapixels", "seconds"), [(40, OPENING_CPU), (80, 2 * OPENING_CPU)])
def test_one_that_took_more_of_its_processor_than_it_may_was_not_starved(
    megapixels: int, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = WorkerSettings(pictures=PictureSettings(max_megapixels=megapixels))
    ends = "import os, signal; os.kill(os.getpid(), signal.SIGPROF)\n"
    monkeypatch.setattr(process, "COMMAND", (sys.executable, "-c", STUB.replace("sys.exit(3)", ends)))
    with pytest.raises(LostError) as caught:
        Process(settings).answer({"stage": OPENING, "exit": True}, (), LIMITS)
    assert (caught.value.late, caught.value.starved, caught.value.seconds) == (True, False, seconds)


@pytest.mark.parametrize("header", [{"flood": True}, {"stage": "unknown"}, {"stage": ["x"]}])
def test_nonsense_ends_a_worker(stub: Process, header: dict[str, object]) -> None:
    with pytest.raises(LostError) as caught:
        stub.answer(header, (), LIMITS)
    assert caught.value.stage == WORKING
    assert not stub.alive


def test_a_watch_ends_what_is_late_once() -> None:
    import threading

    ended = threading.Event()
    watch = Watch(ended.set)
    watch.allow(60)
    watch.allow(0.01)
    assert ended.wait(30)
    assert watch.late
    assert watch.seconds == 0.01


def test_a_watch_that_is_called_off_ends_nothing() -> None:
    watch = Watch(lambda: pytest.fail("expected nothing to be ended"))
    watch.allow(60)
    watch.stop()
    assert not watch.late
