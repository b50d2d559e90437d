"""Tables about speed and the live page under load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from core.errors import ReportError
from core.evaluation.schemas import Load, Timing
from core.percent import percent
from training.benchmarks.reports import Reports
from training.export.guard_card import markdown_table

OURS = "fairest"
"""Name of Fairest's server in live.json."""

SERVERS = {
    "echo": "plain echo, no model",
    OURS: "**Fairest**",
    "simplest": "simplest pattern, the page's networks",
    "simplest-seed": "simplest pattern, FaceTracker and seed classifier",
}
"""Display names of servers; others are displayed unchanged."""

API_SERVERS = {OURS: "**Fairest**", "flask": "a Flask route that calls its models"}
"""Display names of servers in api.json."""

SOAK_SECONDS = 300
"""A load that lasted at least this long is reported by minute."""


def timing_rows(times: Mapping[str, Timing], reports: Reports) -> list[str]:
    """Return a row per name: median, 5th and 95th percentile."""
    return markdown_table(
        ["", "median, ms", "5th %", "95th %"],
        [
            [reports.title(name), f"{timing.median:.2f}", f"{timing.p5:.2f}", f"{timing.p95:.2f}"]
            for name, timing in times.items()
        ],
    )


def stages(reports: Reports) -> list[str]:
    """Return each stage, each model and each runtime."""
    report = reports.overview.speed
    width, height = report.frame
    runtimes = list(report.runtimes.items())
    base = runtimes[0][1].median
    where = f" on `{report.processor}`" if report.processor else ""
    return [
        f"{width} x {height}, one face, {report.threads} threads{where}, {report.repeats} calls of each in one run. "
        "Stages use the default models of Live; `live` is a frame of a film whose face is known:",
        "",
        *timing_rows({name: timing for name, timing in report.stages.items() if ": " not in name}, reports),
        "Face detection, by detector:",
        "",
        *timing_rows(report.models("detect"), reports),
        "Rating of one face, by classifier:",
        "",
        *timing_rows(report.models("classify"), reports),
        "FaceTracker and the seed classifier together, in several runtimes:",
        "",
        *markdown_table(
            ["runtime", "median, ms", "relative to the first"],
            [[name, f"{timing.median:.1f}", f"{timing.median / base:.1f}"] for name, timing in runtimes],
        ),
    ]


def loads(reports: Reports, server: str = "") -> Iterator[tuple[str, Load]]:
    """Yield every server under every load, or one of them; only the shorter runs."""
    for loads_by_server in reports.overview.live.root.values():
        for name, load in loads_by_server.items():
            if load.seconds < SOAK_SECONDS and server in ("", name):
                yield name, load


def describe_viewers(load: Load) -> str:
    """Describe the number of viewers and their content."""
    description = f"{load.viewers} at {load.size[0]}x{load.size[1]}, {load.fps} fps"
    description += ", overlay" if load.mode == "overlay" else ""
    return f"{description}, beside {load.busy} busy loops" if load.busy else description


def analysed_fps(load: Load) -> float:
    """Return the mean number of analysed frames a second per viewer."""
    return float(np.mean(load.analysed))


def live(reports: Reports) -> list[str]:
    """Return every server under every load."""
    rows = []
    for name, load in loads(reports):
        rates = (analysed_fps(load), min(load.analysed), sum(load.analysed)) if load.analysed else ()
        rows.append(
            [
                describe_viewers(load),
                SERVERS.get(name, name),
                f"{np.mean(load.received):.1f}",
                *([f"{rate:.1f}" for rate in rates] or ["-"] * 3),
                *(f"{value:.0f}" for value in (load.latency.p50, load.latency.p95, load.latency.p99)),
                f"{load.first:.1f} s",
                percent(load.cpu),
                f"{load.memory_mb[-1]:.0f}",
            ]
        )
    frames = ["received", "analysed", "slowest", "total"]
    lines = markdown_table(["viewers", "server", *frames, "p50", "p95", "p99", "first", "CPU", "memory"], rows)
    waits = [f"{describe_viewers(load)}: {load.queue_age:.0f} ms" for _, load in loads(reports, OURS) if load.queue_age]
    if waits:
        lines += [f"Mean wait of a frame for its analysis: {'; '.join(waits)}.", ""]
    return lines


def soak(reports: Reports) -> list[str]:
    """Return the page's performance over minutes: whether it becomes slower or larger.

    Raises:
        ReportError: there is no report of such a run.
    """
    lines: list[str] = []
    for loads_by_server in reports.overview.live.root.values():
        for name, load in loads_by_server.items():
            if load.seconds >= SOAK_SECONDS and load.minutes and load.analysed:
                memory = load.memory_mb
                lines += [
                    f"{SERVERS.get(name, name)}, {describe_viewers(load)}, {load.seconds / 60:.0f} minutes: "
                    f"{analysed_fps(load):.1f} analysed frames per second each; p95 {load.minutes[0]:.0f} ms in the "
                    f"first minute and {load.minutes[-1]:.0f} ms in the last, ranging from {min(load.minutes):.0f} "
                    f"to {max(load.minutes):.0f}; memory {min(memory):.0f} to {max(memory):.0f} MB, "
                    f"{memory[-1]:.0f} MB at the end; {percent(load.cpu)} of one core.",
                    "",
                ]
    if not lines:
        raise ReportError("expected a run of minutes under load; there is none.")
    return lines


def api(reports: Reports) -> list[str]:
    """Return the HTTP API under load, and what it is compared with."""
    report = reports.overview.api
    first = report.servers[0]
    return [
        f"{first.clients} clients, for {first.seconds:.0f} seconds each, on {report.cores} cores:",
        "",
        *markdown_table(
            ["server", "answered", "refused", "a second", "median, ms", "95th %", "memory, MB"],
            [
                [
                    API_SERVERS.get(load.server, load.server),
                    str(load.answered),
                    str(load.refused),
                    f"{load.per_second:.2f}",
                    f"{load.p50:.0f}",
                    f"{load.p95:.0f}",
                    f"{load.memory_mb:.0f}",
                ]
                for load in report.servers
            ],
        ),
    ]
