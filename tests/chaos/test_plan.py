from __future__ import annotations

from collections import Counter

import pytest

from tests.chaos.faults.catalogue import CATALOGUE
from tests.chaos.plan import FAULTS, MAX_PAUSE, MAX_SECONDS, MIN_SECONDS, MOMENTS, STEPS, make_plan

SEEDS = range(1, 51)


def test_a_seed_always_does_the_same_and_another_one_something_else() -> None:
    assert make_plan(7) == make_plan(7)
    assert len({make_plan(seed).steps for seed in SEEDS}) == len(SEEDS)


def test_each_fault_is_made_in_its_own_world_and_within_its_bounds() -> None:
    for seed in SEEDS:
        plan = make_plan(seed)
        assert len(plan.steps) == len({step.fault for step in plan.steps}) == STEPS
        for step in plan.steps:
            assert FAULTS[step.fault] == plan.world
            assert MIN_SECONDS <= step.seconds <= MAX_SECONDS
            assert 0 <= step.pause <= MAX_PAUSE


def test_fifty_seeds_make_every_fault_at_several_moments() -> None:
    steps = [step for seed in SEEDS for step in make_plan(seed).steps]
    times = Counter(step.fault for step in steps)
    assert times.keys() == FAULTS.keys()
    assert min(times.values()) >= 2
    assert {step.moment for step in steps} == {*MOMENTS}


def test_what_cannot_be_made_here_is_left_out() -> None:
    without = frozenset({"disk full", "clock an hour on"})
    faults = {step.fault for seed in SEEDS for step in make_plan(seed, without).steps}
    assert not faults & without
    with pytest.raises(ValueError, match="a fault that can be made"):
        make_plan(1, frozenset(FAULTS))


def test_every_fault_can_be_made() -> None:
    assert CATALOGUE.keys() == FAULTS.keys()
