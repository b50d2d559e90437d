from __future__ import annotations

import datetime

import pytest
from aiortc import clock
from aiortc.rate import RateCounter, RemoteBitrateEstimator

from webapp.live.arrival_clock import arrive_by_monotonic_clock
from webapp.live.jitter import patch_all_receivers


def test_a_wall_clock_that_is_put_on_by_years_changes_no_arrival(monkeypatch: pytest.MonkeyPatch) -> None:
    patch_all_receivers()
    before = clock.current_ms()

    def decades_on() -> datetime.datetime:
        return datetime.datetime(2060, 1, 1, tzinfo=datetime.UTC)

    monkeypatch.setattr(clock, "current_datetime", decades_on)
    assert 0 <= clock.current_ms() - before < 60_000


def test_what_arrives_is_measured_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "current_ms", clock.current_ms)
    nanoseconds = 5_000_000_000
    arrive_by_monotonic_clock(lambda: nanoseconds)
    counter, estimator = RateCounter(1000), RemoteBitrateEstimator()
    estimates = []
    for _ in range(100):
        nanoseconds += 20_000_000
        counter.add(500, clock.current_ms())
        # abs-send-time: 18 bits after the point, 24 in all.
        sent = (nanoseconds * (1 << 18) // 1_000_000_000) & 0xFFFFFF
        estimates.append(estimator.add(sent, clock.current_ms(), 500, 1))
    assert counter.rate(clock.current_ms()) == pytest.approx(200_000, rel=0.05)
    assert any(estimates)
