from __future__ import annotations

from webapp.sandbox.rounds import Rounds


def served(rounds: Rounds[str]) -> list[str]:
    order = []
    while job := rounds.next():
        order.append(job)
    return order


def filled(*jobs: str) -> Rounds[str]:
    """Jobs named by their owner and a number."""
    rounds: Rounds[str] = Rounds()
    for job in jobs:
        rounds.add(job[0], job)
    return rounds


def test_owners_take_turns() -> None:
    assert served(filled("a1", "a2", "a3", "b1", "c1", "b2")) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_who_comes_later_waits_for_one_round_at_most() -> None:
    rounds = filled("a1", "a2", "a3")
    assert rounds.next() == "a1"
    rounds.add("b", "b1")
    assert served(rounds) == ["a2", "b1", "a3"]


def test_who_brings_one_at_a_time_passes_nobody() -> None:
    rounds = filled("a1", "b1", "b2")
    assert rounds.next() == "a1"
    rounds.add("a", "a2")
    assert served(rounds) == ["b1", "a2", "b2"]


def test_an_owners_jobs_are_cancelled_alone() -> None:
    rounds = filled("a1", "b1", "a2")
    assert rounds.cancel("a") == ["a1", "a2"]
    assert rounds.cancel("nobody") == []
    assert list(rounds) == ["b1"]


def test_all_are_cleared() -> None:
    rounds = filled("a1", "b1")
    assert rounds
    assert rounds.clear() == ["a1", "b1"]
    assert not rounds
    assert rounds.next() is None
