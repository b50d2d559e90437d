from __future__ import annotations

import itertools

import numpy as np
import pytest

from core.live.evidence import (
    AGE_AGAIN,
    CLEAR_LOOKS,
    DECIDE_AFTER,
    DOUBT_AGAIN,
    LOOKS,
    MAX_LOOKS,
    MIN_LOOKS,
    STALE_LOOKS,
    Evidence,
)
from core.models.age_guard import MAY_BE_MINOR, AgeGuard, looks_younger
from core.models.ages import AgeReading
from tests.aged import ADULT, CHILD, UNCLEAR, Says

JUDGE = AgeGuard(Says(ADULT), 0.06, 18, 32).judge
FRAME = 1 / 15


def gathered(readings: list[AgeReading], evidence: Evidence | None = None) -> Evidence:
    evidence = evidence or Evidence(0.0)
    begin = 0.0 if evidence.last is None else evidence.last + FRAME
    for number, reading in enumerate(readings):
        evidence.add(reading, begin + number * FRAME, JUDGE)
    return evidence


@pytest.mark.parametrize(("reading", "passed"), [(ADULT, True), (CHILD, False)])
def test_three_looks_decide_what_is_clear_and_two_never_do(reading: AgeReading, passed: bool) -> None:
    assert gathered([reading] * (CLEAR_LOOKS - 1)).passed is None
    assert gathered([reading] * CLEAR_LOOKS).passed is passed


@pytest.mark.parametrize(("minor", "passed"), [(0.05, True), (0.07, False)])
def test_what_is_not_clear_takes_ten_looks(minor: float, passed: bool) -> None:
    close = AgeReading(26, minor)
    assert gathered([close] * (LOOKS - 1)).passed is None
    evidence = gathered([close] * LOOKS)
    assert evidence.passed is passed
    assert evidence.last is not None
    assert evidence.last <= 0.7, "within 0.7 s at 15 frames a second"


def test_one_look_among_clear_ones_that_says_otherwise_calls_for_more() -> None:
    assert gathered([ADULT, UNCLEAR, ADULT]).passed is None
    assert gathered([CHILD, ADULT, CHILD]).passed is None


def test_where_faces_share_the_looks_time_decides() -> None:
    evidence = Evidence(0.0)
    for number in range(MIN_LOOKS):
        assert evidence.passed is None
        evidence.add(AgeReading(26, 0.05), number * DECIDE_AFTER / (MIN_LOOKS - 1), JUDGE)
    assert evidence.passed is True


def test_looks_are_weighed_together() -> None:
    rng = np.random.default_rng(3)
    noisy = [AgeReading(30, float(minor)) for minor in rng.choice([0.0, 0.15], LOOKS, p=[0.8, 0.2])]
    assert gathered(noisy).mean.minor == pytest.approx(np.mean([reading.minor for reading in noisy]))
    assert gathered([CHILD] * 99 + [ADULT] * MAX_LOOKS).mean.minor == pytest.approx(ADULT.minor)


def test_a_verdict_does_not_flicker_at_the_threshold() -> None:
    rng = np.random.default_rng(1)
    for middle in (0.055, 0.06, 0.065):
        evidence, verdicts = Evidence(0.0), []
        for number in range(600):
            evidence.add(AgeReading(25, float(max(0, rng.normal(middle, 0.01)))), number * FRAME, JUDGE)
            verdicts.append(evidence.passed)
        decided = [verdict for verdict in verdicts if verdict is not None]
        assert sum(a != b for a, b in itertools.pairwise(decided)) <= 1


def test_who_was_refused_must_pass_with_room_to_spare() -> None:
    evidence = gathered([AgeReading(24, 0.08)] * MAX_LOOKS)
    gathered([AgeReading(25, 0.055)] * MAX_LOOKS, evidence)
    assert evidence.passed is False
    assert evidence.refusal(JUDGE) == MAY_BE_MINOR
    gathered([AgeReading(26, 0.04)] * MAX_LOOKS, evidence)
    assert evidence.passed is True


@pytest.mark.parametrize("minor", [0.3, 0.6, 0.99])
def test_one_look_that_clearly_dissents_ends_it(minor: float) -> None:
    evidence = gathered([ADULT] * 40)
    assert not evidence.add(AgeReading(12, minor), 9.0, JUDGE)


def test_a_look_that_says_a_little_otherwise_does_not_end_it_but_is_soon_repeated() -> None:
    evidence = gathered([ADULT] * MAX_LOOKS)
    assert evidence.last is not None
    assert evidence.next_look(JUDGE) == evidence.last + AGE_AGAIN
    assert evidence.add(AgeReading(22, 0.1), 9.0, JUDGE)
    assert evidence.passed is True
    assert evidence.next_look(JUDGE) == 9.0 + DOUBT_AGAIN
    for number in range(MAX_LOOKS):
        evidence.add(AgeReading(20, 0.15), 9.1 + number * DOUBT_AGAIN, JUDGE)
    assert evidence.passed is False


def test_who_always_gives_a_mixed_picture_is_judged_by_the_mean() -> None:
    """One view of many that says otherwise each time it comes round would have a steady face checked for ever."""
    evidence, restarts = Evidence(0.0), 0
    for number in range(200):
        now = number * FRAME
        if not evidence.add(AgeReading(20, 0.25) if number % 8 == 5 else ADULT, now, JUDGE):
            evidence, restarts = Evidence(now, evidence.peak), restarts + 1
    assert (evidence.passed, restarts) == (True, 1)
    assert not gathered([ADULT] * 9, Evidence(0.0, 0.25)).add(CHILD, 9.0, JUDGE)


def test_a_verdict_without_looks_grows_stale() -> None:
    evidence = gathered([ADULT] * CLEAR_LOOKS)
    assert evidence.last is not None
    assert not evidence.stale(evidence.last + STALE_LOOKS)
    assert evidence.stale(evidence.last + STALE_LOOKS + 0.01)
    assert not gathered([CHILD] * CLEAR_LOOKS).stale(99), "who is refused may stay so"


def test_the_operators_age_is_judged_alike() -> None:
    judge = AgeGuard(Says(ADULT), 0.06, 30, 32).judge
    evidence = Evidence(0.0)
    for number in range(MAX_LOOKS):
        evidence.add(AgeReading(29.5, 0.001), number * FRAME, judge)
        assert evidence.passed is (None if number < LOOKS - 1 else False)
    assert evidence.refusal(judge) == looks_younger(30)
    for number in range(MAX_LOOKS):
        evidence.add(AgeReading(30.5, 0.001), 9 + number * FRAME, judge)
    assert (evidence.passed, evidence.refusal(judge)) == (False, looks_younger(30))
    for number in range(MAX_LOOKS):
        evidence.add(AgeReading(32, 0.001), 19 + number * FRAME, judge)
    assert evidence.passed is True


def test_of_a_face_that_may_be_another_one_the_next_reading_decides_by_itself() -> None:
    evidence, young = gathered([ADULT] * LOOKS), AgeReading(20, 0.07)
    assert evidence.add(young, 1.0, JUDGE)
    assert evidence.add(ADULT, 2.0, JUDGE)
    assert evidence.next_look(JUDGE) == 2.0 + AGE_AGAIN
    evidence.doubt(2.1)
    assert (evidence.passed, evidence.next_look(JUDGE)) == (None, 2.1)
    assert evidence.add(ADULT, 2.1, JUDGE)
    assert evidence.passed is True
    evidence.doubt(2.2)
    assert not evidence.add(young, 2.2, JUDGE)


def test_a_refused_face_that_may_be_another_one_stays_refused() -> None:
    evidence = gathered([CHILD] * LOOKS)
    evidence.doubt(2.0)
    assert evidence.passed is False
