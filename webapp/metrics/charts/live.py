"""The live page under load, compared with other servers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from core.evaluation.schemas import Load
from webapp.common.i18n import _
from webapp.metrics.charts.style import colour, log_ticks, named, shape

Loads = Mapping[str, Mapping[str, Load]]
"""By display name of the load, then of the server."""

LOADS = alt.Axis(labelLimit=150, labelExpr="split(datum.label, ': ')")
"""Breaks a load's name into two lines."""


def analysed_chart(loads: Loads) -> Any:
    """Plot each viewer's analysed frames per second: a group per load, a colour per server."""
    servers = _servers(loads)
    frame = pd.DataFrame(
        {"load": name, "server": server, "fps": float(np.mean(load.analysed))}
        for name, by_server in loads.items()
        for server, load in by_server.items()
        if load.analysed
    )
    title = _("Analysed frames per second")
    return named(
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("fps:Q", title=title),
            y=alt.Y("load:N", title=None, sort=list(loads), axis=LOADS),
            yOffset=alt.YOffset("server:N", sort=servers),
            color=colour("server", servers),
            tooltip=_tooltip([alt.Tooltip("fps:Q", title=title, format=".1f")]),
        ),
        _("Analysed frames per second per viewer, by load and server."),
        height=90 + 22 * len(servers) + 70 * len(loads),
    )


def latency_chart(loads: Loads) -> Any:
    """Plot latency on a logarithmic axis: a point at the median, a line up to the 95th percentile."""
    servers = _servers(loads)
    frame = pd.DataFrame(
        {"load": name, "server": server, "p50": load.latency.p50, "p95": load.latency.p95}
        for name, by_server in loads.items()
        for server, load in by_server.items()
    )
    scale = alt.Scale(type="log", nice=False, padding=10)
    ticks = log_ticks(frame["p50"].min(), frame["p95"].max())
    base = alt.Chart(frame).encode(
        y=alt.Y("load:N", title=None, sort=list(loads), axis=LOADS),
        yOffset=alt.YOffset("server:N", sort=servers, scale=alt.Scale(paddingOuter=0.6)),
        color=colour("server", servers),
        tooltip=_tooltip(
            [
                alt.Tooltip("p50:Q", title=_("Median, ms"), format=".0f"),
                alt.Tooltip("p95:Q", title=_("95th percentile, ms"), format=".0f"),
            ]
        ),
    )
    return named(
        alt.layer(
            base.mark_rule(strokeWidth=2).encode(x=alt.X("p50:Q", scale=scale), x2="p95:Q"),
            base.mark_point(filled=True, size=80, opacity=1).encode(
                x=alt.X(
                    "p50:Q", title=_("Latency, ms (logarithmic)"), scale=scale, axis=alt.Axis(values=ticks, format="~g")
                ),
                shape=shape("server", servers),
            ),
        ),
        _("Median and 95th percentile of the time from sending a frame to receiving it back, by load and server."),
        height=90 + 22 * len(servers) + 70 * len(loads),
    )


def _servers(loads: Loads) -> list[str]:
    return list(dict.fromkeys(server for by_server in loads.values() for server in by_server))


def _tooltip(fields: list[alt.Tooltip]) -> list[alt.Tooltip]:
    return [alt.Tooltip("load:N", title=_("Viewers")), alt.Tooltip("server:N", title=_("Server")), *fields]
