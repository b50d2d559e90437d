from __future__ import annotations

import pytest

from core.live.metrics import WINDOW, Load, Rate, Stages


def test_a_rate_counts_what_came_lately() -> None:
    rate = Rate()
    assert rate.per_second(0.0) == 0
    for k in range(61):
        rate.add(k / 10, value=k)
    assert rate.per_second(6.0) == pytest.approx(10, rel=0.05)
    assert rate.values(6.0) == list(range(30, 61))
    assert rate.per_second(6.0 + WINDOW + 1) == 0


def test_a_rate_that_stops_falls() -> None:
    rate = Rate()
    for k in range(31):
        rate.add(k / 30)
    assert rate.per_second(2.5) < 15


def test_stages_count_runs_and_time() -> None:
    times = iter([0.0, 0.25, 1.0, 1.5])
    stages = Stages(lambda: next(times))
    with stages.measure("detect"):
        pass
    with pytest.raises(RuntimeError), stages.measure("detect"):
        raise RuntimeError("no model")
    stages.add("draw", 0.1)
    assert stages.read() == {"detect": (2, 0.75), "draw": (1, 0.1)}


def test_load_is_a_share_of_all_cores() -> None:
    cpu_seconds = iter([5.0, 6.0, 9.0])
    load = Load(lambda: next(cpu_seconds), cores=2)
    assert load.read(0.0) == 0
    assert load.read(1.0) == pytest.approx(0.5)
    assert load.read(10.0) == pytest.approx(3 / 18)


def test_load_is_that_of_the_time_between_readings_however_seldom() -> None:
    cpu_seconds = iter([0.0, 0.0, 20.0])
    load = Load(lambda: next(cpu_seconds), cores=4)
    load.read(0.0)
    load.read(100.0)
    assert load.read(110.0) == pytest.approx(0.5)
