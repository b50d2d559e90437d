from __future__ import annotations

from collections import Counter

from core.live.scheduler import ALLOWED, MAX_DEBT, FairScheduler


def scheduler_of(*customers: int) -> FairScheduler:
    scheduler = FairScheduler()
    for customer in customers:
        scheduler.add(customer)
    return scheduler


def served(scheduler: FairScheduler, waiting: list[int], costs: dict[int, float], rounds: int) -> Counter[int]:
    counts: Counter[int] = Counter()
    for _ in range(rounds):
        customer = scheduler.next(waiting, waiting)
        assert customer is not None
        scheduler.charge(customer, costs[customer])
        counts[customer] += 1
    return counts


def test_nobody_waits_nobody_is_served() -> None:
    assert scheduler_of(1).next([], [1]) is None


def test_all_who_wait_are_served_one_after_another() -> None:
    scheduler = scheduler_of(1, 2, 3)
    order = []
    for _ in range(6):
        customer = scheduler.next([1, 2, 3], [1, 2, 3])
        assert customer is not None
        scheduler.charge(customer, 0.01)
        order.append(customer)
    assert order[:3] == order[3:]
    assert sorted(order[:3]) == [1, 2, 3]


def test_a_little_more_work_costs_no_turn() -> None:
    counts = served(scheduler_of(1, 2), [1, 2], {1: 0.010, 2: 0.010 * ALLOWED * 0.9}, 100)
    assert counts[1] == counts[2]


def test_one_slow_customer_is_served_less_often_and_the_others_alike() -> None:
    counts = served(scheduler_of(1, 2, 3), [1, 2, 3], {1: 0.01, 2: 0.01, 3: 1.0}, 200)
    assert 2 <= counts[3] < 10
    assert abs(counts[1] - counts[2]) <= 1


def test_the_slow_one_waits_for_those_who_come_back_soon() -> None:
    scheduler = scheduler_of(1, 2)
    scheduler.charge(1, 0.01)
    scheduler.charge(2, 0.1)
    assert scheduler.next([2], [1, 2]) is None
    assert scheduler.next([1, 2], [1, 2]) == 1
    assert scheduler.next([2], [2]) == 2, "there is nobody to wait for"
    for _ in range(4):
        scheduler.charge(1, 0.01)
    assert scheduler.next([2], [1, 2]) == 2


def test_a_debt_is_paid_in_the_end() -> None:
    scheduler = scheduler_of(1, 2)
    scheduler.charge(1, 0.001)
    scheduler.charge(2, 1e6)
    for _ in range(int(MAX_DEBT)):
        assert scheduler.next([1, 2], [1, 2]) == 1
        scheduler.charge(1, 0.001)
    assert scheduler.next([1, 2], [1, 2]) == 2


def test_who_waits_seldom_slows_nobody() -> None:
    scheduler = scheduler_of(1, 2)
    assert served(scheduler, [1], {1: 0.01}, 50)[1] == 50
    assert scheduler.next([1, 2], [1, 2]) == 2


def test_a_turn_that_failed_makes_nobody_else_look_slow() -> None:
    scheduler = scheduler_of(1, 2)
    for _ in range(3):
        scheduler.charge(1, None)
        scheduler.charge(2, 0.02)
    assert scheduler.next([2], [1, 2]) == 2


def test_the_slow_among_themselves_are_served() -> None:
    scheduler = scheduler_of(1, 2)
    scheduler.charge(1, 0.01)
    for _ in range(3):
        scheduler.charge(1, 5.0)
        scheduler.charge(2, 4.0)
    assert scheduler.next([1, 2], [1, 2]) is not None


def test_who_left_is_forgotten() -> None:
    scheduler = scheduler_of(1, 2)
    scheduler.remove(1)
    scheduler.remove(9)
    scheduler.charge(1, 0.5)
    assert scheduler.next([2], [2]) == 2
