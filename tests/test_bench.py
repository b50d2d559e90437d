from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from core.models.manifest import load_manifest
from core.settings import RatingSettings
from tests.bench import api, capacity, live, many
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
    result = report(settings, 3, rows, [("core", [4.0])])
    assert result.models("detect")["facegrid"].model_dump() == pytest.approx({"median": 2.0, "p5": 1.1, "p95": 8.3})
    assert result.runtimes["core"].median == 4.0
    assert (result.frame, result.repeats, result.threads) == ((640, 480), 3, settings.threads)
    assert result.processor


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_the_live_page_is_measured_beside_plain_echo() -> None:
    rows = [live.measure(app, live.Load(1, 3.0, (320, 240), 15)) for app in ("echo", "fairest")]
    for row in rows:
        assert row.received[0] > 0
        assert 0 < row.latency["p50"] <= row.latency["p95"] <= row.latency["p99"]
        assert row.cpu > 0
        assert row.memory_mb[0] > 50
    assert rows[0].analysed == []
    assert rows[1].analysed[0] > 0
    assert rows[1].stages["detect"] > 0
    lines = live.table(rows).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["echo", "fairest"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_in_the_overlay_the_faces_age_is_measured_and_each_start() -> None:
    row = live.measure("fairest", live.Load(1, 3.0, (320, 240), 15, "overlay", busy=1, starts=2))
    assert (row.mode, row.busy, len(row.starts)) == ("overlay", 1, 2)
    assert row.received[0] > 0
    assert 0 < row.latency["p50"] <= row.latency["p95"]
    assert min(row.starts) > 0
    assert live.table([row]).splitlines()[1].split()[-1] == "s"


COSTS = capacity.Costs(video=0.002, decoding=0.001, analysis=0.02)


def test_the_costs_are_those_that_explain_the_runs() -> None:
    runs = [capacity.Run(video, analysed, 0.002 * video + 0.02 * analysed) for video, analysed in ((30, 30), (120, 40))]
    costs = capacity.fit(runs, 0.001)
    assert (costs.video, costs.analysis, costs.loop) == pytest.approx((0.002, 0.02, 0.001))
    with pytest.raises(ValueError, match="two runs"):
        capacity.fit(runs[:1], 0.001)


@pytest.mark.parametrize(
    ("cores", "viewers", "frames"),
    [
        (1, 1, 30.0),  # every one of its frames
        (1, 4, 38.0),  # the video leaves 0.76 of the core
        (2, 8, 76.0),  # and here 1.52 of two
        (64, 32, 200.0),  # four threads, however many cores
        (1, 20, 0.0),  # nothing is left
    ],
)
def test_what_the_video_leaves_is_analysed(cores: float, viewers: int, frames: float) -> None:
    assert capacity.analysed(COSTS, cores, viewers) == pytest.approx(frames)


def test_viewers_are_limited_by_cores_by_threads_and_by_the_event_loop() -> None:
    assert capacity.most_viewers(COSTS, 1) == 6
    assert capacity.most_viewers(COSTS, 64) == 33
    assert capacity.most_viewers(capacity.Costs(0.001, 0.001, 0.02), 64) == 40
    lines = capacity.table(COSTS, (1, 64), (1, 4)).splitlines()
    assert lines[1].split() == ["1", "30.0", "9.5", "6"]


def test_decoding_takes_a_part_of_a_millisecond_or_some() -> None:
    assert 0 < capacity.decoding_cost((160, 120), 15) < 1


def test_the_engines_are_reported_beside_one_process() -> None:
    rows = [many.Row("one process", 100, 50.0, 150.0), many.Row("pool", 100, 25.0, 151.0)]
    assert many.table(rows).splitlines()[2].split() == ["pool", "100", "25.0", "4.00", "2.00", "151"]


def test_what_is_refused_is_counted_apart(tmp_path: Path) -> None:
    (tmp_path / "load_stats.csv").write_text(
        "Type,Name,Request Count,Failure Count,Requests/s,50%,95%\n"
        "POST,/v1/rate,30,0,3.0,310,450\nPOST,refused,4,4,0.4,2,3\n,Aggregated,34,4,3.4,300,440\n"
    )
    row = api.row_of("fairest", 8, 10.0, tmp_path / "load_stats.csv", 390.0)
    assert (row.answered, row.refused, row.per_second, row.p50, row.p95) == (30, 4, 3.0, 310.0, 450.0)
    assert api.table([row]).splitlines()[1].split() == ["fairest", "30", "4", "3.00", "310", "450", "390"]


def test_a_server_that_answered_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "load_stats.csv").write_text("Type,Name,Request Count,Failure Count,Requests/s,50%,95%\n")
    with pytest.raises(RuntimeError, match="expected answers of flask; received none"):
        api.row_of("flask", 8, 10.0, tmp_path / "load_stats.csv", 390.0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.skipif(importlib.util.find_spec("locust") is None, reason="tests/bench/requirements.txt is not installed")
def test_the_api_is_measured_beside_a_flask_route() -> None:
    for server in api.SERVERS:
        row = api.measure(server, 2, 5.0)
        assert row.answered > 0
        assert 0 < row.p50 <= row.p95
        assert row.memory_mb > 50
