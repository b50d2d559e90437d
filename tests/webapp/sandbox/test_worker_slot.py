"""What a job and a slot do by themselves; with workers, see test_pool.py."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import wait
from typing import Any

import pytest

from webapp.sandbox.answers import AnswerError
from webapp.sandbox.process import LostError
from webapp.sandbox.wire import OPENING, WORKING, Message
from webapp.sandbox.worker_settings import WorkerSettings
from webapp.sandbox.worker_slot import BrokeOffError, Job, StarvedError, WorkerSlot, Zip, sentence


def job(**changes: Any) -> Job[Message]:
    return Job("me", "any", {}, (b"pixels",), 1.0, lambda answer: answer, **changes)


@pytest.mark.parametrize(
    ("stage", "late", "says"),
    [
        (OPENING, True, "Expected a picture that opens within 1.5 seconds"),
        (OPENING, False, "Expected a picture that can be opened"),
        (WORKING, True, "Expected an answer within 1.5 seconds"),
        (WORKING, False, "Expected an answer; the program"),
    ],
)
def test_a_lost_worker_is_reported_by_what_it_was_at(stage: str, late: bool, says: str) -> None:
    error = sentence(LostError(stage, late, 1.5, -9))
    assert str(error).startswith(says)
    assert isinstance(error, BrokeOffError) == (stage == WORKING), "a picture that was open is not at fault"


def test_a_picture_is_not_at_fault_where_the_machine_is_busy() -> None:
    error = sentence(LostError(OPENING, True, 60.0, -9, starved=True))
    assert str(error).startswith("Expected to open the picture soon, but this server is too busy")
    assert isinstance(error, StarvedError)


def test_a_job_knows_its_models() -> None:
    assert job().models is None
    queued = job()
    queued.header = {"detector": "facegrid", "classifier": "vgg16"}
    assert queued.models == ("facegrid", "vgg16")


def test_a_released_job_holds_nothing() -> None:
    archive = Zip(1, b"zip")
    queued = job(zip=archive)
    gone = weakref.ref(archive)
    del archive
    queued.release_when_done()
    queued.cancel()
    gc.collect()
    assert gone() is None
    assert queued.blobs == ()
    with pytest.raises(AnswerError):
        queued.read(Message({}))


def test_what_came_of_a_job_goes_with_who_had_it_and_waits_for_no_garbage_collector() -> None:
    class Result:
        pass

    gc.disable()
    try:
        queued: Job[Result] = Job("me", "any", {}, (), 1.0, lambda _: Result())
        queued.release_when_done()
        queued.future.set_result(Result())
        gone = weakref.ref(queued.future.result())
        del queued
        assert gone() is None
    finally:
        gc.enable()


def test_who_waits_for_a_cancelled_job_is_notified() -> None:
    queued = job()
    assert queued.cancel()
    assert wait([queued.future], 10).not_done == set()


def test_a_job_that_was_cancelled_elsewhere_is_not_counted_again() -> None:
    queued = job()
    queued.future.cancel()
    assert not queued.cancel()
    assert wait([queued.future], 10).not_done == set()


def test_a_cancelled_job_is_not_begun() -> None:
    queued, slot = job(), WorkerSlot(WorkerSettings())
    queued.future.cancel()
    slot.do(queued)
    assert not slot.present


def test_a_slot_without_a_worker_ends_and_stops() -> None:
    slot = WorkerSlot(WorkerSettings())
    assert not slot.must_forget
    slot.end()
    slot.stop()
    assert not slot.present
