"""What becomes of those who wait when something fails that nobody foresaw; with a worker that is none."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from core.errors import ImageError
from tests.patience import until
from webapp.sandbox import worker_slot
from webapp.sandbox.pool import Pool
from webapp.sandbox.wire import Message
from webapp.sandbox.worker_settings import WorkerSettings
from webapp.sandbox.worker_slot import WorkerSlot

SOON = 30.0


class Stub:
    """A worker that answers at once, and fails as told."""

    fails: BaseException | None = None
    started = 0
    ended = 0

    def __init__(self, _settings: WorkerSettings) -> None:
        type(self).started += 1
        self.alive = True

    def answer(self, header: dict[str, Any], *_: object) -> Message:
        error, Stub.fails = Stub.fails, None
        if error is not None:
            raise error
        return Message(header)

    def kill(self) -> None:
        self.alive = False

    def close(self) -> None:
        type(self).ended += 1


@pytest.fixture
def rating(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    monkeypatch.setattr(worker_slot, "Process", Stub)
    Stub.fails, Stub.started, Stub.ended = None, 0, 0
    pool = Pool(WorkerSettings())
    yield pool
    pool.close()
    assert Stub.started == Stub.ended


UNFORESEEN = [RuntimeError("my-holiday.jpg"), KeyError("x"), MemoryError(), SystemExit(2), KeyboardInterrupt()]


@pytest.mark.parametrize("error", UNFORESEEN)
def test_an_unforeseen_error_reaches_who_waits_and_the_next_is_served(
    rating: Pool, error: BaseException, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_slot.logger, "propagate", True)
    monkeypatch.setattr(worker_slot.logger.parent, "propagate", True)
    Stub.fails = error
    future = rating.submit("any", {}, (b"pixels",))
    with pytest.raises(ImageError, match="stopped unexpectedly"):
        future.result(SOON)
    until(lambda: not rating.busy)
    assert rating.alive
    assert rating.call("any", {}).header["kind"] == "any"
    assert Stub.started == 2, "nobody knows how far the first was"
    assert "my-holiday" not in "".join(str(record.__dict__) for record in caplog.records)
    assert type(error).__name__ in str(caplog.records[0].__dict__)


def test_an_answer_that_cannot_be_taken_reaches_who_waits(rating: Pool) -> None:
    def read(_: Message) -> None:
        raise RecursionError

    with pytest.raises(ImageError, match="stopped unexpectedly"):
        rating.submit("any", {}, read=read).result(SOON)
    until(lambda: not rating.busy)


def test_what_a_job_took_is_given_back(rating: Pool) -> None:
    Stub.fails = RuntimeError()
    job: worker_slot.Job[Message] = worker_slot.Job("me", "any", {}, (b"pixels",), 1.0, lambda answer: answer)
    assert rating._add(job).exception(SOON)
    until(lambda: job.blobs == ())


def test_a_worker_that_cannot_be_replaced_costs_nobody_an_answer(rating: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: WorkerSettings) -> None:
        raise RuntimeError("no more threads")

    Stub.fails = RuntimeError()
    with monkeypatch.context() as patch:
        patch.setattr(worker_slot, "Process", refuse)
        for _ in range(3):
            with pytest.raises(ImageError, match="stopped unexpectedly"):
                rating.submit("any", {}).result(SOON)
    Stub.fails = None
    assert rating.submit("any", {}).result(SOON)


def test_a_slot_that_fails_itself_costs_its_job_an_answer_and_shows(
    rating: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_slot: WorkerSlot, _job: worker_slot.Job[Any]) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(WorkerSlot, "do", fail)
        with pytest.raises(ImageError, match="stopped unexpectedly"):
            rating.submit("any", {}).result(SOON)
        until(lambda: not rating.alive)
        assert not rating.busy
    assert rating.submit("any", {}).result(SOON)
    until(lambda: rating.alive)


def test_a_system_without_threads_answers_all_the_same(rating: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(ImageError, match="stopped unexpectedly"):
            rating.submit("any", {}).result(SOON)
        assert not rating.alive
    assert rating.submit("any", {}).result(SOON)


def test_a_thread_that_is_no_more_is_replaced_by_the_next_job(rating: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    (loop,) = rating._loops
    with monkeypatch.context() as patch:
        patch.setattr(loop, "_run", lambda: None)
        lost = rating.submit("any", {})
        loop.join(SOON)
    assert not rating.alive
    assert rating.submit("any", {}).result(SOON)
    assert lost.result(SOON)
    assert rating.alive


def test_a_closed_pool_is_not_dead() -> None:
    pool = Pool(WorkerSettings())
    pool.close()
    assert pool.alive
