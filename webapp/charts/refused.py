"""Whom the guard refuses, by age."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from core.evaluation.curves import interval
from core.evaluation.forms import GuardScores
from webapp.charts.style import SHARE, colour, named, shape
from webapp.i18n import _


def refused_chart(guards: Mapping[str, GuardScores]) -> Any:
    """Share refused at each age with its 95 % interval, a line a guard.

    guards: by what they are called.
    """
    rows = []
    for name, guard in guards.items():
        for age, people in guard.by_age.items():
            low, high = interval(people.refused, people.pictures)
            rows.append(
                {
                    "guard": name,
                    "age": age.replace("-", "–"),
                    "refused": people.refused,
                    "low": low,
                    "high": high,
                    "faces": people.pictures,
                }
            )
    points = pd.DataFrame(rows)
    names = list(guards)
    ages = list(dict.fromkeys(points["age"]))
    y = alt.Y("refused:Q", title=_("Share refused"), scale=SHARE, axis=alt.Axis(format="%"))
    base = alt.Chart(points).encode(
        x=alt.X("age:N", title=_("Labelled age, years"), sort=ages, axis=alt.Axis(labelAngle=-40)),
        color=colour("guard", names),
        tooltip=[
            alt.Tooltip("guard:N", title=_("Estimate")),
            alt.Tooltip("age:N", title=_("Labelled age, years")),
            alt.Tooltip("refused:Q", title=_("Share refused"), format=".1%"),
            alt.Tooltip("low:Q", title=_("From"), format=".1%"),
            alt.Tooltip("high:Q", title=_("to"), format=".1%"),
            alt.Tooltip("faces:Q", title=_("Faces")),
        ],
    )
    return named(
        alt.layer(
            base.mark_rule(opacity=0.5, strokeWidth=2).encode(y=alt.Y("low:Q", scale=SHARE), y2="high:Q"),
            base.mark_line(strokeWidth=2).encode(y=y),
            base.mark_point(filled=True, size=70, opacity=1).encode(y=y, shape=shape("guard", names)),
        ),
        _("Share of faces refused at each age, from {first} to {last} years.").format(first=ages[0], last=ages[-1]),
        height=440,
    )
