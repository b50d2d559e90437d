"""Error of the estimated age by age, and the effect of turning the face away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from core.evaluation.guard_schemas import GuardScores, Refused, Turns, TurnScores
from webapp.common.i18n import _
from webapp.metrics.charts.lines import lines
from webapp.metrics.charts.refused import in_order, share_of, share_tips, shown_age
from webapp.metrics.charts.style import SHARE, named

HEIGHT = 350
"""Pixels: what the longest axis label needs."""


def years_off_charts(sets: Mapping[str, GuardScores]) -> list[Any]:
    """Return two charts by age, with a line per data set: mean absolute error and mean signed error.

    sets: those labelled with years, by display name.
    """
    rows = [
        {"series": name, "age": shown_age(age), "off": error.years_off, "bias": error.bias, "faces": error.pictures}
        for name, scores in sets.items()
        for age, error in scores.errors.items()
    ]
    ages = [shown_age(age) for age in in_order(age for scores in sets.values() for age in scores.errors)]
    x = alt.X("age:N", title=_("Labelled age, years"), sort=ages, axis=alt.Axis(labelAngle=-40))
    tooltip = [
        alt.Tooltip("series:N", title=_("Data set")),
        alt.Tooltip("age:N", title=_("Labelled age, years")),
        alt.Tooltip("off:Q", title=_("Age error, years"), format=".1f"),
        alt.Tooltip("bias:Q", title=_("Overestimated (+) or underestimated (−), years"), format="+.1f"),
        alt.Tooltip("faces:Q", title=_("Faces")),
    ]
    first, last = ages[0], ages[-1]
    off = alt.Y("off:Q", title=_("Age error, years"), scale=alt.Scale(zero=True))
    bias = alt.Y("bias:Q", title=_("Overestimated (+) or underestimated (−), years"))
    return [
        named(
            lines(rows, list(sets), x, off, tooltip),
            _("Error of the age estimate in years at each age, from {first} to {last}.").format(first=first, last=last),
            height=HEIGHT,
        ),
        named(
            lines(rows, list(sets), x, bias, tooltip),
            _("Over- or underestimation of the age in years at each age, from {first} to {last}.").format(
                first=first, last=last
            ),
            height=HEIGHT,
        ),
    ]


def turned(turn: TurnScores) -> str:
    """Format a range of turning."""
    if turn.end is None:
        return _("{begin:g} and more").format(begin=turn.begin)
    return f"{turn.begin:g}–{turn.end:g}"


def by_turn_charts(turns: Turns) -> list[Any]:
    """Return two charts by how far faces are turned: error of the age in years, and share of adults refused."""
    ranges = [turned(turn) for turn in turns.root]
    x = alt.X(
        "turn:N", title=_("Nose offset from the midpoint of the eyes"), sort=ranges, axis=alt.Axis(labelAngle=-40)
    )
    errors = [
        {"series": "", "turn": range_text, "off": turn.years_off, "bias": turn.bias, "faces": turn.pictures}
        for range_text, turn in zip(ranges, turns.root, strict=True)
    ]
    refused = [
        {"series": "", "turn": range_text} | share_of(Refused(pictures=turn.adults, refused=turn.adults_refused))
        for range_text, turn in zip(ranges, turns.root, strict=True)
        if turn.adults and turn.adults_refused is not None
    ]
    turn_tooltip = alt.Tooltip("turn:N", title=_("Nose offset from the midpoint of the eyes"))
    charts = [
        named(
            lines(
                errors,
                [""],
                x,
                alt.Y("off:Q", title=_("Age error, years"), scale=alt.Scale(zero=True)),
                [
                    turn_tooltip,
                    alt.Tooltip("off:Q", title=_("Age error, years"), format=".1f"),
                    alt.Tooltip("bias:Q", title=_("Overestimated (+) or underestimated (−), years"), format="+.1f"),
                    alt.Tooltip("faces:Q", title=_("Faces")),
                ],
            ),
            _("Error of the age estimate in years by head rotation."),
            height=HEIGHT,
        )
    ]
    if refused:
        share = alt.Y(
            "refused:Q", title=_("Share of adults 25 and over refused"), scale=SHARE, axis=alt.Axis(format="%")
        )
        charts.append(
            named(
                lines(refused, [""], x, share, [turn_tooltip, *share_tips()], whiskers=True),
                _("Share of adults refused by head rotation."),
                height=HEIGHT,
            )
        )
    return charts
