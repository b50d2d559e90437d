from __future__ import annotations

import sys

import pytest

from core.models.manifest import load_manifest
from core.settings import RatingSettings
from tests.bench import live, many
from tests.bench.stages import report, runtime_times, stage_times, table, times

pytestmark = pytest.mark.long


def test_times_counts_the_calls_after_the_warm_up() -> None:
    calls: list[int] = []
    assert len(times(lambda: calls.append(1), 10)) == 10
    assert len(calls) == 12


def test_table_gives_medians_and_ratios() -> None:
    text = table([("core", [1.0, 2.0, 3.0]), ("other", [8.0, 8.0, 8.0])], base="core")
    assert text.splitlines()[2].split() == ["other", "8.00", "8.00", "8.00", "4.00"]


def test_every_stage_and_runtime_is_measured(settings: RatingSettings) -> None:
    stages, runtimes = stage_times(settings, repeats=2), runtime_times(settings, repeats=2)
    names = [name for name, _ in stages]
    manifest = load_manifest(settings.weights_dir)
    assert names[:9] == ["resize", "detect", "pose", "guard", "classify", "draw", "whole", "live", "live, two faces"]
    assert names[9:] == [
        *(f"detect: {name}" for name in manifest.names("detector")),
        *(f"classify: {name}" for name in manifest.names("classifier")),
    ]
    assert {"model.predict", "model(x)", "traced tf.function"} < {name for name, _ in runtimes}
    for _, values in stages + runtimes:
        assert min(values) > 0


def test_a_run_becomes_the_report_that_the_page_shows(settings: RatingSettings) -> None:
    rows = [("detect: facegrid", [1.0, 2.0, 9.0])]
    found = report(settings, 3, rows, [("core", [4.0])])
    assert found.models("detect")["facegrid"].model_dump() == pytest.approx({"median": 2.0, "p5": 1.1, "p95": 8.3})
    assert found.runtimes["core"].median == 4.0
    assert (found.frame, found.repeats, found.threads) == ((640, 480), 3, settings.threads)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_the_live_page_is_measured_beside_plain_echo() -> None:
    rows = [live.measure(app, 1, 3.0, (320, 240), 15) for app in ("echo", "fairest")]
    for row in rows:
        assert row.received[0] > 10
        assert 0 < row.latency["p50"] <= row.latency["p95"] <= row.latency["p99"] < 1000
        assert row.cpu > 0
        assert row.memory_mb[0] > 50
    assert rows[0].analysed == []
    assert rows[1].analysed[0] > 5
    assert rows[1].stages["detect"] > 0
    lines = live.table(rows).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["echo", "fairest"]


def test_the_engines_are_told_beside_one_process() -> None:
    rows = [many.Row("one process", 100, 50.0, 150.0), many.Row("pool", 100, 25.0, 151.0)]
    assert many.table(rows).splitlines()[2].split() == ["pool", "100", "25.0", "4.00", "2.00", "151"]
