"""Whom the guard refuses, by age."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from core.evaluation.curves import interval
from core.evaluation.forms import GuardScores
from core.figures.style import MARKERS, PALETTE, new_figure, number, percent, text

APART = 0.16
"""Between two estimators of an age, in distances between ages."""


def plot_refused_by_age(guards: Mapping[str, GuardScores]) -> Figure:
    """Share refused at each age with its 95 % interval, a line a guard; ages in the order of the first one's report.

    guards: by what they are called.
    """
    ages = list(next(iter(guards.values())).by_age)
    figure = new_figure(7.0 + 0.42 * len(guards))
    axes = figure.add_subplot()
    for place, (name, scores) in enumerate(guards.items()):
        shift = (place - (len(guards) - 1) / 2) * APART
        known = [(where + shift, scores.by_age[age]) for where, age in enumerate(ages) if age in scores.by_age]
        shares = [people.refused for _, people in known]
        limits = [interval(people.refused, people.pictures) for _, people in known]
        axes.errorbar(
            [where for where, _ in known],
            shares,
            # A share rounded may lie outside its interval by a hair.
            yerr=[
                [max(0.0, share - low) for share, (low, _) in zip(shares, limits, strict=True)],
                [max(0.0, high - share) for share, (_, high) in zip(shares, limits, strict=True)],
            ],
            fmt=f"{MARKERS[place % len(MARKERS)]}-",
            color=PALETTE[place % len(PALETTE)],
            elinewidth=0.7,
            label=f"{text(name)}, refuses below {number(scores.safe_age, 1)}",
        )
    axes.set_xticks(range(len(ages)), [text(age.replace("-", " to ")) for age in ages], rotation=35, ha="right")
    axes.set_ylim(-0.02, 1.02)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))
    axes.set_xlabel("Labelled age, years")
    axes.set_ylabel("Refused")
    figure.legend(loc="outside lower center")
    return figure
