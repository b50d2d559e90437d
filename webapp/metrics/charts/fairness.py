"""Fairness of a classifier: accuracy within groups and sources, and mean ratings by race and gender."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import altair as alt
import pandas as pd

from core.evaluation.curves import wilson_interval
from core.evaluation.schemas import FairFaceScores, GroupAccuracy
from core.percent import percent
from webapp.common.i18n import _
from webapp.metrics.charts.style import BLUE, GREY, NAME_LIMIT, colour, named, shape

LINE = 34
"""Height in pixels of a row in a chart with one name per row."""


def accuracy_chart(
    groups: Mapping[str, GroupAccuracy], source_alone: float, minimum: float, name_of: Callable[[str], str]
) -> Any:
    """Plot accuracy within each group with its 95 % interval; dashed line: a rule that knows only a photo's source.

    Args:
        groups: accuracy by group.
        source_alone: accuracy of that rule.
        minimum: start of the axis.
        name_of: returns a group's display name.
    """
    rows: list[dict[str, Any]] = []
    for name, scores in groups.items():
        low, high = wilson_interval(scores.accuracy, scores.pictures)
        rows.append(
            {
                "group": name_of(name),
                "accuracy": scores.accuracy,
                "low": low,
                "high": high,
                "faces": scores.pictures,
            }
        )
    order = [row["group"] for row in rows]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("group:N", title=None, sort=order, axis=alt.Axis(labelLimit=NAME_LIMIT)),
        tooltip=[
            alt.Tooltip("group:N", title=_("Group")),
            alt.Tooltip("accuracy:Q", title=_("Accuracy"), format=".1%"),
            alt.Tooltip("low:Q", title=_("From"), format=".1%"),
            alt.Tooltip("high:Q", title=_("to"), format=".1%"),
            alt.Tooltip("faces:Q", title=_("Faces")),
        ],
    )
    scale = alt.Scale(domain=[minimum, 1], nice=False)
    alone = alt.Chart(pd.DataFrame({"alone": [source_alone]}))
    return named(
        alt.layer(
            alone.mark_rule(color=GREY, strokeDash=[4, 4], strokeWidth=1.5).encode(x=alt.X("alone:Q", scale=scale)),
            base.mark_rule(color=BLUE, strokeWidth=2).encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
            base.mark_point(color=BLUE, filled=True, size=80, opacity=1).encode(
                x=alt.X("accuracy:Q", title=_("Accuracy"), scale=scale, axis=alt.Axis(format="%", tickCount=5))
            ),
        ),
        _("Accuracy by group: {values}.").format(
            values=", ".join(f"{row['group']} {percent(row['accuracy'], 1)}" for row in rows)
        ),
        height=70 + LINE * len(rows),
    )


def ratings_by_race_chart(scores: FairFaceScores, threshold: float | None, name_of: Callable[[str], str]) -> Any:
    """Plot the mean rating of each race and gender with its 95 % interval, sorted by the race's mean.

    Args:
        scores: from the report.
        threshold: the rating that divides the classes, drawn as a dashed line; None if unknown.
        name_of: returns the display name of a race or gender.
    """
    means = {race: people.mean for race, people in scores.by_race.items() if people.mean is not None}
    rows = []
    for race in means:
        for gender in scores.by_gender:
            people = scores.by_group.get(f"{race} {gender}")
            if people is not None and people.mean is not None:
                margin = 1.96 * (people.standard_error or 0)
                rows.append(
                    {
                        "race": name_of(race),
                        "gender": name_of(gender),
                        "mean": people.mean,
                        "low": people.mean - margin,
                        "high": people.mean + margin,
                        "faces": people.pictures - people.not_found,
                    }
                )
    genders = [name_of(gender) for gender in scores.by_gender]
    order = [name_of(race) for race in sorted(means, key=lambda race: -means[race])]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("race:N", title=None, sort=order, axis=alt.Axis(labelLimit=NAME_LIMIT)),
        yOffset=alt.YOffset("gender:N", sort=genders, scale=alt.Scale(paddingOuter=0.9)),
        color=colour("gender", genders),
        tooltip=[
            alt.Tooltip("race:N", title=_("Race")),
            alt.Tooltip("gender:N", title=_("Gender")),
            alt.Tooltip("mean:Q", title=_("Mean predicted rating"), format=".2f"),
            alt.Tooltip("low:Q", title=_("From"), format=".2f"),
            alt.Tooltip("high:Q", title=_("to"), format=".2f"),
            alt.Tooltip("faces:Q", title=_("Faces")),
        ],
    )
    scale, axis = alt.Scale(zero=False), alt.Axis(tickCount=5)
    layers = [
        base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            x=alt.X("mean:Q", title=_("Mean predicted rating"), scale=scale, axis=axis),
            shape=shape("gender", genders),
        ),
    ]
    if threshold is not None:
        line = alt.Chart(pd.DataFrame({"threshold": [threshold]}))
        layers.insert(
            0,
            line.mark_rule(color=GREY, strokeDash=[4, 4], strokeWidth=1.5).encode(x=alt.X("threshold:Q", scale=scale)),
        )
    return named(
        alt.layer(*layers),
        _("Mean rating by race and gender; the groups differ by up to {spread:.2f}.").format(spread=scores.spread),
        height=100 + 46 * len(order),
    )
