"""What a soak's figures mean."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.soak.judgement import (
    HOUR,
    Sample,
    Timed,
    at_rest,
    change,
    later,
    of_counts,
    of_latency,
    of_memory,
    p95,
    quarter,
    slope,
    verdict,
)
from tests.soak.machine import Reading
from tests.soak.probes import Probe

QUIET = Reading(
    server_mb=300.0,
    workers_mb=150.0,
    threads=20,
    descriptors=30,
    sockets=6,
    workers=1,
    worker_threads=2,
    worker_descriptors=9,
    server_cpu=0.0,
    workers_cpu=0.0,
    load=1.0,
)


def samples(mb_an_hour: float = 0.0, threads_a_rest: int = 0, hours: float = 2.0) -> list[Sample]:
    """Return a sample every 20 seconds, with a rest at the end of each 5 minutes; a visitor takes up to 40 MB."""
    rng = random.Random(1)
    series = []
    for number in range(round(hours * 180)):
        moment, rest = 20.0 * number, number // 15 + 1 if number % 15 > 11 else 0
        visitor = 0 if rest else rng.randrange(40)
        series.append(
            Sample(
                moment,
                rest,
                replace(
                    QUIET,
                    server_mb=300 + mb_an_hour * moment / HOUR + visitor + rng.random(),
                    threads=20 + visitor + threads_a_rest * rest,
                ),
            )
        )
    return series


@pytest.mark.parametrize("grows", [0.0, 5.0, -3.0])
def test_the_slope_is_found_under_noise_and_peaks(grows: float) -> None:
    rng = random.Random(3)
    values = [
        Timed(20.0 * number, 400 + grows * 20 * number / HOUR + rng.gauss(0, 1) + (300 if number % 50 == 7 else 0))
        for number in range(360)
    ]
    growth = slope(values)
    assert growth is not None
    assert growth.low < growth.grows < growth.high
    assert growth.grows == pytest.approx(grows, abs=0.5)


def test_fewer_than_three_values_have_no_slope() -> None:
    assert slope([Timed(0, 1), Timed(1, 2)]) is None


def test_the_first_quarter_does_not_count_for_memory() -> None:
    rising = [
        replace(sample, reading=replace(sample.reading, server_mb=min(300.0, 100 + sample.at / 9)))
        for sample in samples()
    ]
    figures = of_memory(rising, 0, 2 * HOUR)
    assert figures["memory_mb_an_hour"] == pytest.approx(0, abs=0.01)
    assert figures["memory_first_mb"] is not None
    assert figures["memory_last_mb"] == 450
    assert figures["memory_first_mb"] < 320


@pytest.mark.parametrize(("grows", "steady"), [(0.0, True), (9.0, False)])
def test_memory_that_grows_is_reported(grows: float, steady: bool) -> None:
    figures = of_memory(samples(grows), 0, 2 * HOUR)
    assert figures["memory_at_rest_mb_an_hour"] == pytest.approx(grows, abs=0.5)
    assert judged(samples(grows))["memory_steady"] is steady


def judged(read: list[Sample], failures: int = 0, last: float = 1.0) -> dict[str, bool]:
    end = read[-1].at
    probes = [(sample.at, Probe(100.0, 50.0 * (last if sample.at > 0.75 * end else 1.0), 10.0)) for sample in read]
    return verdict(of_memory(read, 0, end) | of_counts(read, 0, end) | of_latency(probes, [], 0, end), failures)


def test_all_is_well() -> None:
    assert all(judged(samples()).values())


def test_a_thread_a_rest_is_left_over() -> None:
    assert of_counts(samples(threads_a_rest=1), 0, 2 * HOUR)["threads_more"] == 18
    verdicts = judged(samples(threads_a_rest=1))
    assert not verdicts.pop("threads_steady")
    assert all(verdicts.values())


def test_a_failure_and_a_slow_last_quarter_are_reported() -> None:
    assert not judged(samples(), failures=1)["all_answered_right"]
    assert not judged(samples(), last=1.2)["latency_steady"]
    assert judged(samples(), last=1.05)["latency_steady"]


def test_what_is_not_known_does_not_hold() -> None:
    verdicts = verdict(of_memory([], 0, 0) | of_counts([], 0, 0) | of_latency([], [], 0, 0), 0)
    assert [name for name, holds in verdicts.items() if holds] == ["all_answered_right"]


def test_the_least_of_each_rest_counts() -> None:
    read = [Sample(moment, rest, replace(QUIET, threads=threads)) for moment, rest, threads in CAME]
    assert at_rest(read, lambda reading: reading.threads) == [Timed(10, 4), Timed(40, 5)]
    figures = of_counts(read, 0, 50)
    assert (figures["threads_first"], figures["threads_last"], figures["threads_more"]) == (4, 5, 1)
    assert of_counts(read[:3], 0, 50)["threads_more"] is None


def test_what_vanishes_late_in_one_rest_is_not_left_over() -> None:
    read = [
        replace(sample, reading=replace(sample.reading, sockets=sample.reading.sockets + 2 * (sample.rest % 3)))
        for sample in samples()
    ]
    assert of_counts(read, 0, 2 * HOUR)["sockets_more"] == 0


CAME = [(0.0, 0, 9), (10.0, 1, 4), (20.0, 1, 8), (30.0, 0, 1), (40.0, 2, 6), (50.0, 2, 5)]


def test_quarters() -> None:
    values = [Timed(moment, moment) for moment in range(10, 18)]
    assert [quarter(values, number, 10, 18) for number in (1, 2, 3, 4)] == [[10, 11], [12, 13], [14, 15], [16, 17]]
    assert quarter([*values, Timed(18, 18)], 4, 10, 18) == [16, 17, 18]
    assert [timed.at for timed in later(values, 10, 18)] == [12, 13, 14, 15, 16, 17]


def test_percentiles_and_changes() -> None:
    assert p95([]) is None
    assert p95([float(number) for number in range(101)]) == 95
    assert change(10, 11) == pytest.approx(0.1)
    assert change(None, 1) is None
