"""Speed of the models, and of the live page under load."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.errors import ReportError
from core.evaluation.model_report import Overview
from core.evaluation.schemas import Live, Load, Speed, Timing
from webapp.common.i18n import _
from webapp.metrics import reports
from webapp.metrics.charts.live import analysed_chart, latency_chart
from webapp.metrics.charts.speed import speed_chart
from webapp.metrics.names import display_name, load_name
from webapp.metrics.sections import PERCENT, chart, nothing, table


def speed() -> None:
    """Render this section of the page."""
    overview = reports.overview()
    st.header(_("Speed"), anchor=False)
    models(overview)
    stages(overview)
    st.header(_("Live, under load"), anchor=False)
    load(overview)
    servers(overview)


def models(overview: Overview) -> None:
    """Show the milliseconds of each model and of other runtimes."""

    def draw() -> list[Any]:
        titles = {card.name: card.title for card in overview.cards}
        speeds = overview.speed
        groups = {
            _("Detect the faces"): {titles.get(name, name): ms for name, ms in speeds.models("detect").items()},
            _("Rate the face"): {titles.get(name, name): ms for name, ms in speeds.models("classify").items()},
        }
        runtimes = {display_name(name): ms for name, ms in speeds.runtimes.items()}
        return [
            speed_chart({name: times for name, times in groups.items() if times}, _("Milliseconds, median")),
            speed_chart({"": runtimes}, _("Milliseconds, two networks together")),
        ]

    sentence = _(
        "The shorter the bar, the faster: bars are medians of one run, error bars span the 5th to the 95th percentile; "
        "FaceTracker and the seed classifier together are also shown in plain TensorFlow."
    )
    chart(_("Milliseconds by model"), sentence, draw, overview, "speed", beside=True)


def stages(overview: Overview) -> None:
    """Show the milliseconds of each stage."""
    st.subheader(_("Stage by stage"), anchor=False)
    try:
        speeds = overview.speed
    except ReportError:
        nothing()
        return
    timings = {display_name(name): timing for name, timing in speeds.stages.items() if ": " not in name}
    table([timing_row(_("Stage"), name, timing) for name, timing in timings.items()], milliseconds())
    st.caption(run(speeds))


def timing_row(title: str, name: str, timing: Timing) -> dict[str, Any]:
    """Return a row for a table of timings."""
    return {title: name, _("Median, ms"): timing.median, _("5th %, ms"): timing.p5, _("95th %, ms"): timing.p95}


def milliseconds() -> dict[str, str]:
    """Return the number formats for the columns of `timing_row`."""
    return dict.fromkeys((_("Median, ms"), _("5th %, ms"), _("95th %, ms")), "%.2f")


def run(speeds: Speed) -> str:
    """Describe how the timings were measured."""
    width, height = speeds.frame
    return _(
        "Each row is a stage with Live's default models: {repeats} calls in one run on a picture of {width} × {height} "
        "with one face, {threads} threads."
    ).format(repeats=speeds.repeats, width=width, height=height, threads=speeds.threads)


def by_load(live: Live) -> dict[str, dict[str, Load]]:
    """Return the measurements by the display names of loads and servers."""
    return {
        load_name(next(iter(by_server.values()))): {display_name(name): load for name, load in by_server.items()}
        for by_server in live.root.values()
    }


def load(overview: Overview) -> None:
    """Show frames per second and latency, compared with other servers."""
    sentence = _(
        "The longer the bar, the more often each viewer's faces are rated; the further left the point, the lower the "
        "latency: the point is the median, the end of the line the 95th percentile."
    )
    chart(
        _("Frames per second and latency"),
        sentence,
        lambda: [analysed_chart(by_load(overview.live)), latency_chart(by_load(overview.live))],
        overview,
        "live",
        beside=True,
    )


def servers(overview: Overview) -> None:
    """Show all measurements under load."""
    st.subheader(_("All measurements"), anchor=False)
    try:
        loads = by_load(overview.live)
    except ReportError:
        nothing()
        return
    rows = [load_row(name, server, load) for name, by_server in loads.items() for server, load in by_server.items()]
    frames = dict.fromkeys((_("Received fps"), _("Analysed fps"), _("Slowest"), _("First, s")), "%.1f")
    table(rows, frames | dict.fromkeys((_("p50, ms"), _("p95, ms"), _("p99, ms"), "MB"), "%.0f") | {"CPU": PERCENT})
    st.caption(
        _(
            "Each row is a server under one load: frames per second per viewer, mean and slowest; time from sending a "
            "frame to receiving it back (p50, p95, p99), and from START to the first analysed frame; the server's CPU "
            "use relative to one core, and memory."
        )
    )


def load_row(name: str, server: str, load: Load) -> dict[str, Any]:
    """Return a row for the table of loads."""
    return {
        _("Server"): server,
        _("Viewers"): name,
        _("Received fps"): float(np.mean(load.received)),
        _("Analysed fps"): float(np.mean(load.analysed)) if load.analysed else None,
        _("Slowest"): min(load.analysed, default=None),
        _("p50, ms"): load.latency.p50,
        _("p95, ms"): load.latency.p95,
        _("p99, ms"): load.latency.p99,
        _("First, s"): load.first,
        "CPU": load.cpu,
        "MB": load.memory_mb[-1],
    }
