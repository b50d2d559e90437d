"""Training curves."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from core.evaluation.history import History, best_epoch, measure_of
from webapp.common.i18n import N_, _
from webapp.metrics.charts.style import GREY, line_colour, line_dash, log_ticks, named

QUALITIES = {
    "pearson": N_("Pearson correlation"),
    "box_iou": N_("Mean IoU"),
    "years_off": N_("Age error, years"),
    "box_loss": N_("1 minus generalised IoU"),
}
"""Quality measures in a training log, by column."""


def loss_chart(history: History) -> Any:
    """Plot the training and validation loss by epoch, with the selected epoch marked; logarithmic if possible.

    Raises:
        ReportError: the log has no loss or no quality measure.
    """
    measure_of(history)
    losses = np.concatenate([history[name] for name in ("loss", "val_loss") if name in history])
    finite = losses[np.isfinite(losses)]
    log = bool(finite.size and finite.min() > 0)
    return _curves(history, "loss", _("Loss (logarithmic)") if log else _("Loss"), log)


def quality_chart(history: History) -> Any:
    """Plot the quality measure on training and validation data by epoch, with the selected epoch marked.

    Raises:
        ReportError: the log has no loss or no quality measure.
    """
    measure = measure_of(history)
    return _curves(history, measure, _(QUALITIES[measure]))


def _curves(history: History, column: str, title: str, log: bool = False) -> Any:
    best = best_epoch(history)
    parts = {column: _("training"), f"val_{column}": _("validation")}
    present = {name: part for name, part in parts.items() if name in history}
    long = pd.concat(
        pd.DataFrame({"epoch": history["epoch"] + 1, "value": history[name], "part": part})
        for name, part in present.items()
    )
    long = long[np.isfinite(long["value"])]
    names = list(present.values())
    lines = (
        alt.Chart(long)
        .mark_line(point=alt.OverlayMarkDef(size=18))
        .encode(
            x=alt.X(
                "epoch:Q",
                title=_("Epoch"),
                axis=alt.Axis(tickMinStep=1, format="d"),
                scale=alt.Scale(zero=False, nice=False, padding=6),
            ),
            y=alt.Y("value:Q", title=title, **_axis(long["value"], log)),
            color=line_colour("part", names),
            strokeDash=line_dash("part", names, dashed=_("training")),
            tooltip=[
                alt.Tooltip("epoch:Q", title=_("Epoch")),
                alt.Tooltip("part:N", title=_("Part")),
                alt.Tooltip("value:Q", title=title, format=".3f"),
            ],
        )
    )
    if best is None:
        return named(lines, _("{title} after each epoch.").format(title=title))
    kept = pd.DataFrame({"epoch": [history["epoch"][best] + 1]})
    kept_rule = alt.Chart(kept).mark_rule(color=GREY, strokeDash=[2, 3]).encode(x="epoch:Q")
    return named(
        alt.layer(kept_rule, lines),
        _("{title} after each epoch; epoch {epoch} was kept.").format(title=title, epoch=int(kept["epoch"][0])),
    )


def _axis(values: pd.Series, log: bool) -> dict[str, Any]:
    """Return the scale and labels of the value axis."""
    if not log:
        return {"scale": alt.Scale(zero=False)}
    ticks = log_ticks(values.min(), values.max())
    return {"scale": alt.Scale(type="log", nice=False), "axis": alt.Axis(values=ticks, format="~g")}
