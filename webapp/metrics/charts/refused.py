"""Whom the guard refuses: by age, adults by race and gender, and at other thresholds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import altair as alt
import pandas as pd

from core.evaluation.curves import wilson_interval
from core.evaluation.guard_schemas import GuardScores, Refused
from webapp.common.i18n import _
from webapp.metrics.charts.lines import lines, titled
from webapp.metrics.charts.style import GREY, NAME_LIMIT, SHARE, colour, named, shape

LINE = 46
"""Height in pixels of a race's row."""


def in_order(ages: Iterable[str]) -> list[str]:
    """Return the distinct age bands, such as "13-15", the youngest first."""
    return sorted(set(ages), key=lambda age: int(age.split("-")[0]))


def shown_age(age: str) -> str:
    """Format an age band for display."""
    return age.replace("-", "–")


def share_of(people: Refused) -> dict[str, Any]:
    """Return a share refused with its 95 % interval, as fields of a chart's row."""
    low, high = wilson_interval(people.refused, people.pictures)
    return {"refused": people.refused, "low": low, "high": high, "faces": people.pictures}


def share_tips() -> list[alt.Tooltip]:
    """Return the tooltips for the fields of `share_of`."""
    return [
        alt.Tooltip("refused:Q", title=_("Share refused"), format=".1%"),
        alt.Tooltip("low:Q", title=_("From"), format=".1%"),
        alt.Tooltip("high:Q", title=_("to"), format=".1%"),
        alt.Tooltip("faces:Q", title=_("Faces")),
    ]


def refused_chart(sets: Mapping[str, GuardScores]) -> Any:
    """Plot the share refused at each age with its 95 % interval, a line per data set; a single one is named in a title.

    sets: by display name.
    """
    rows = [
        {"series": name, "age": shown_age(age)} | share_of(people)
        for name, scores in sets.items()
        for age, people in scores.by_age.items()
    ]
    ages = [shown_age(age) for age in in_order(age for scores in sets.values() for age in scores.by_age)]
    chart = lines(
        rows,
        list(sets),
        alt.X("age:N", title=_("Labelled age, years"), sort=ages, axis=alt.Axis(labelAngle=-40)),
        alt.Y("refused:Q", title=_("Share refused"), scale=SHARE, axis=alt.Axis(format="%")),
        [
            alt.Tooltip("series:N", title=_("Data set")),
            alt.Tooltip("age:N", title=_("Labelled age, years")),
            *share_tips(),
        ],
        whiskers=True,
    )
    description = _("Share of faces refused at each age, from {first} to {last} years.")
    finished = named(chart, description.format(first=ages[0], last=ages[-1]), height=400)
    return titled(finished, next(iter(sets))) if len(sets) == 1 else finished


def adults_chart(scores: GuardScores, title: str, name_of: Callable[[str], str]) -> Any:
    """Plot the share of adults refused by race and gender with its 95 % interval, the least refused race on top.

    Args:
        scores: of a data set with such groups.
        title: its title.
        name_of: returns the display name of a race or gender.
    """
    races = sorted(scores.adults_by_race, key=lambda race: scores.adults_by_race[race].refused)
    genders = [name_of(gender) for gender in scores.adults_by_gender]
    rows = [
        {"race": name_of(race), "gender": name_of(gender)} | share_of(people)
        for race in races
        for gender in scores.adults_by_gender
        if (people := scores.adults_by_group.get(f"{race} {gender}")) is not None
    ]
    order = [name_of(race) for race in races]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("race:N", title=None, sort=order, axis=alt.Axis(labelLimit=NAME_LIMIT)),
        yOffset=alt.YOffset("gender:N", sort=genders, scale=alt.Scale(paddingOuter=0.9)),
        color=colour("gender", genders),
        tooltip=[
            alt.Tooltip("race:N", title=_("Race")),
            alt.Tooltip("gender:N", title=_("Gender")),
            *share_tips(),
        ],
    )
    axis = alt.Axis(format="%", tickCount=5)
    chart = named(
        alt.layer(
            base.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q"),
            base.mark_point(filled=True, size=80, opacity=1).encode(
                x=alt.X("refused:Q", title=_("Share of adults 25 and over refused"), axis=axis),
                shape=shape("gender", genders),
            ),
        ),
        _(
            "Share of adults refused by race and gender; the groups differ by up to {apart:.1f} percentage points."
        ).format(apart=100 * scores.adults_apart),
        height=150 + LINE * len(order),
    )
    return titled(chart, title)


def tradeoff_chart(sets: Mapping[str, GuardScores]) -> Any:
    """Plot adults refused against minors passed over all thresholds, a line per data set; rings: the shipped threshold.

    sets: those with a curve, by display name.
    """
    rows = [
        {
            "series": name,
            "passed": point.minors_passed,
            "refused": point.adults_refused,
            "threshold": point.threshold,
        }
        for name, scores in sets.items()
        for point in scores.curve
    ]
    shipped = pd.DataFrame(
        {
            "series": name,
            "passed": 1 - scores.minors_refused,
            "refused": scores.adults_refused,
            "threshold": scores.threshold,
        }
        for name, scores in sets.items()
    )
    x = alt.X("passed:Q", title=_("Share of under-18s passed"), axis=alt.Axis(format="%", tickCount=5))
    y = alt.Y("refused:Q", title=_("Share of adults 25 and over refused"), axis=alt.Axis(format="%"))
    tooltip = [
        alt.Tooltip("series:N", title=_("Data set")),
        alt.Tooltip("passed:Q", title=_("Share of under-18s passed"), format=".1%"),
        alt.Tooltip("refused:Q", title=_("Share of adults 25 and over refused"), format=".1%"),
        alt.Tooltip("threshold:Q", title=_("Threshold"), format=".4f"),
    ]
    rings = alt.Chart(shipped).mark_point(filled=False, size=260, strokeWidth=2.5, color=GREY, opacity=1)
    return named(
        alt.layer(lines(rows, list(sets), x, y, tooltip), rings.encode(x=x, y=y, tooltip=tooltip)),
        _("Adults refused against minors passed at different thresholds, for {sets}.").format(sets=", ".join(sets)),
        height=400,
    )
