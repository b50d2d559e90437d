from __future__ import annotations

from webapp.sandbox.round_robin import RoundRobinQueue


def served(queue: RoundRobinQueue[str]) -> list[str]:
    order = []
    while job := queue.next():
        order.append(job)
    return order


def filled(*jobs: str) -> RoundRobinQueue[str]:
    """Jobs named by their owner and a number."""
    queue: RoundRobinQueue[str] = RoundRobinQueue()
    for job in jobs:
        queue.add(job[0], job)
    return queue


def test_owners_take_turns() -> None:
    assert served(filled("a1", "a2", "a3", "b1", "c1", "b2")) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_who_comes_later_waits_for_one_round_at_most() -> None:
    queue = filled("a1", "a2", "a3")
    assert queue.next() == "a1"
    queue.add("b", "b1")
    assert served(queue) == ["a2", "b1", "a3"]


def test_who_brings_one_at_a_time_passes_nobody() -> None:
    queue = filled("a1", "b1", "b2")
    assert queue.next() == "a1"
    queue.add("a", "a2")
    assert served(queue) == ["b1", "a2", "b2"]


def test_an_owners_jobs_are_cancelled_alone() -> None:
    queue = filled("a1", "b1", "a2")
    assert queue.cancel("a") == ["a1", "a2"]
    assert queue.cancel("nobody") == []
    assert list(queue) == ["b1"]


def test_all_are_cleared() -> None:
    queue = filled("a1", "b1")
    assert queue
    assert queue.clear() == ["a1", "b1"]
    assert not queue
    assert queue.next() is None
