from __future__ import annotations

from collections import Counter

from core.live.scheduler import ALLOWED, MOST_DEBT, Turns


def turns_of(*customers: int) -> Turns:
    turns = Turns()
    for customer in customers:
        turns.add(customer)
    return turns


def served(turns: Turns, waiting: list[int], costs: dict[int, float], rounds: int) -> Counter[int]:
    counts: Counter[int] = Counter()
    for _ in range(rounds):
        customer = turns.next(waiting, waiting)
        assert customer is not None
        turns.charge(customer, costs[customer])
        counts[customer] += 1
    return counts


def test_nobody_waits_nobody_is_served() -> None:
    assert turns_of(1).next([], [1]) is None


def test_all_who_wait_are_served_one_after_another() -> None:
    turns = turns_of(1, 2, 3)
    order = []
    for _ in range(6):
        customer = turns.next([1, 2, 3], [1, 2, 3])
        assert customer is not None
        turns.charge(customer, 0.01)
        order.append(customer)
    assert order[:3] == order[3:]
    assert sorted(order[:3]) == [1, 2, 3]


def test_a_little_more_work_costs_no_turn() -> None:
    counts = served(turns_of(1, 2), [1, 2], {1: 0.010, 2: 0.010 * ALLOWED * 0.9}, 100)
    assert counts[1] == counts[2]


def test_one_slow_customer_is_served_less_often_and_the_others_alike() -> None:
    counts = served(turns_of(1, 2, 3), [1, 2, 3], {1: 0.01, 2: 0.01, 3: 1.0}, 200)
    assert 2 <= counts[3] < 10
    assert abs(counts[1] - counts[2]) <= 1


def test_the_slow_one_waits_for_those_who_come_back_soon() -> None:
    turns = turns_of(1, 2)
    turns.charge(1, 0.01)
    turns.charge(2, 0.1)
    assert turns.next([2], [1, 2]) is None
    assert turns.next([1, 2], [1, 2]) == 1
    assert turns.next([2], [2]) == 2, "there is nobody to wait for"
    for _ in range(4):
        turns.charge(1, 0.01)
    assert turns.next([2], [1, 2]) == 2


def test_a_debt_is_paid_in_the_end() -> None:
    turns = turns_of(1, 2)
    turns.charge(1, 0.001)
    turns.charge(2, 1e6)
    for _ in range(int(MOST_DEBT)):
        assert turns.next([1, 2], [1, 2]) == 1
        turns.charge(1, 0.001)
    assert turns.next([1, 2], [1, 2]) == 2


def test_who_waits_seldom_slows_nobody() -> None:
    turns = turns_of(1, 2)
    assert served(turns, [1], {1: 0.01}, 50)[1] == 50
    assert turns.next([1, 2], [1, 2]) == 2


def test_a_turn_that_failed_makes_nobody_else_look_slow() -> None:
    turns = turns_of(1, 2)
    for _ in range(3):
        turns.charge(1, None)
        turns.charge(2, 0.02)
    assert turns.next([2], [1, 2]) == 2


def test_the_slow_among_themselves_are_served() -> None:
    turns = turns_of(1, 2)
    turns.charge(1, 0.01)
    for _ in range(3):
        turns.charge(1, 5.0)
        turns.charge(2, 4.0)
    assert turns.next([1, 2], [1, 2]) is not None


def test_who_left_is_forgotten() -> None:
    turns = turns_of(1, 2)
    turns.remove(1)
    turns.remove(9)
    turns.charge(1, 0.5)
    assert turns.next([2], [2]) == 2
