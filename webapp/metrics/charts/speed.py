"""Run time of models and runtimes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from core.evaluation.schemas import Timing
from webapp.common.i18n import _
from webapp.metrics.charts.style import INK, NAME_LIMIT, colour, named

LINE = 30
"""Height in pixels of a bar with its spacing."""


def speed_chart(groups: Mapping[str, Mapping[str, Timing]], title: str) -> Any:
    """Plot the median time as a bar per name, the fastest of each group first; a colour per group.

    Args:
        groups: by display name; each maps display names to timings.
        title: of the axis, milliseconds.
    """
    rows: list[dict[str, Any]] = [
        {"name": name, "group": group, "ms": timing.median, "low": timing.p5, "high": timing.p95}
        for group, timings in groups.items()
        for name, timing in sorted(timings.items(), key=lambda item: item[1].median)
    ]
    names = [row["name"] for row in rows]
    longest = max(max(row["ms"], row["high"]) for row in rows)
    scale = alt.Scale(domain=[0, 1.22 * longest], nice=False)
    x = alt.X("ms:Q", title=title, scale=scale)
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("name:N", title=None, sort=names, axis=alt.Axis(labelLimit=NAME_LIMIT)),
        tooltip=[
            alt.Tooltip("name:N", title=_("Name")),
            alt.Tooltip("ms:Q", title=title, format=".2f"),
            alt.Tooltip("low:Q", title=_("5th percentile"), format=".2f"),
            alt.Tooltip("high:Q", title=_("95th percentile"), format=".2f"),
        ],
    )
    return named(
        alt.layer(
            base.mark_bar(height={"band": 0.62}).encode(x=x, color=colour("group", list(groups))),
            base.mark_rule(color=INK, opacity=0.7).encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
            base.transform_calculate(end="max(datum.ms, datum.high)")
            .mark_text(align="left", dx=5, color=INK)
            .encode(x=alt.X("end:Q", scale=scale), text=alt.Text("ms:Q", format=".1f")),
        ),
        _("Median milliseconds: {values}.").format(values=", ".join(f"{row['name']} {row['ms']:.1f}" for row in rows)),
        height=70 + LINE * len(rows),
    )
