"""Two full seeds, run as by `make chaos`, without violations."""

from __future__ import annotations

import sys

import pytest

from tests.chaos.conductor import run_seed
from tests.chaos.faults.catalogue import impossible
from tests.chaos.plan import Plan, Step

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are stopped and limited as on Linux"),
]

PLANS = [
    Plan(1, "one", (Step("worker killed", "upload", 2.0, 0.1), Step("server killed", "offer", 2.0, 0.1))),
    Plan(2, "one", (Step("clock an hour on", "call", 3.0, 0.1), Step("weights broken", "quiet", 2.0, 0.1))),
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: " and ".join(step.fault for step in plan.steps))
def test_all_invariants_hold(plan: Plan) -> None:
    missing = [reason for fault, reason in impossible().items() if plan.has(fault)]
    if missing:
        pytest.skip(missing[0])
    outcome = run_seed(plan)
    assert outcome.held, [outcome.broken, *(strike.broken for strike in outcome.struck)]
