from __future__ import annotations

import threading

import pytest

from webapp.common.threads import filled_pool


def named(name: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(name)]


def test_all_threads_run_before_there_is_work() -> None:
    initialized: list[str] = []
    with filled_pool(5, "filled", lambda: initialized.append(threading.current_thread().name)) as pool:
        assert len(named("filled")) == 5
        assert pool.submit(max, 1, 2).result() == 2
        assert len(named("filled")) == len(set(initialized)) == 5
    assert not named("filled")


def test_a_system_without_threads_gets_an_empty_pool_that_works_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as exhausted:
        exhausted.setattr(threading.Thread, "start", refuse)
        pool = filled_pool(3, "starved")
    with pool:
        assert not named("starved")
        assert pool.submit(max, 1, 2).result() == 2
