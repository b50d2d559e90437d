"""The plan of a soak."""

from __future__ import annotations

from collections import Counter

from tests.soak.plan import FULL, SHORT, Call, Shape, Upload, Visit, cycle

CALLS = tuple(f"call {number}" for number in range(9))
FILES = ("a", "b", "c", "d", "e")


def visits(seed: int, number: int, shape: Shape = FULL) -> list[Visit]:
    return [event for event in cycle(seed, number, shape, CALLS, FILES) if isinstance(event, Visit)]


def test_the_same_seed_gives_the_same_plan_and_another_another() -> None:
    assert cycle(1, 3, FULL, CALLS, FILES) == cycle(1, 3, FULL, CALLS, FILES)
    assert cycle(1, 3, FULL, CALLS, FILES) != cycle(2, 3, FULL, CALLS, FILES)
    assert cycle(1, 3, FULL, CALLS, FILES) != cycle(1, 4, FULL, CALLS, FILES)


def test_every_cycle_has_the_same_mixture() -> None:
    def mixture(number: int) -> list[Counter[object]]:
        events = cycle(5, number, FULL, CALLS, FILES)
        planned_visits = [event for event in events if isinstance(event, Visit)]
        return [
            Counter(type(event) for event in events),
            Counter(visit.mode for visit in planned_visits),
            Counter(visit.path for visit in planned_visits),
            Counter(visit.leaves for visit in planned_visits),
            Counter(len(visit.switches) for visit in planned_visits),
            Counter(event.name for event in events if isinstance(event, Call)),
        ]

    assert all(mixture(number) == mixture(1) for number in range(2, 30))
    assert mixture(1)[2] == Counter(["well", "lossy", "slow", "outage", "returns"])


def test_events_come_in_order_and_within_the_busy_time() -> None:
    for shape in (FULL, SHORT):
        for number in range(1, 30):
            events = cycle(7, number, shape, CALLS, FILES)
            times = [event.at for event in events]
            assert times == sorted(times)
            assert 0 <= times[0] <= times[-1] < shape.busy
            for visit in visits(7, number, shape):
                assert visit.at + visit.stay < shape.busy
                assert {choice.detector for choice in visit.switches} <= set(shape.detectors)
                assert {choice.classifier for choice in visit.switches} <= set(shape.classifiers)


def test_at_most_two_visitors_are_planned_at_a_time() -> None:
    for number in range(1, 30):
        planned_visits = visits(7, number)
        for index, visit in enumerate(planned_visits[2:], 2):
            assert planned_visits[index - 2].at + planned_visits[index - 2].stay < visit.at


def test_an_uploader_brings_each_file_once() -> None:
    for number in range(1, 30):
        for event in cycle(7, number, FULL, CALLS, FILES):
            if isinstance(event, Upload):
                assert len(set(event.files)) == len(event.files) == FULL.files
