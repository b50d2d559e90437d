"""Age errors: estimated against labelled age, by age and by how far a face is turned."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from core.errors import ReportError
from core.evaluation.figures.refused import SHARES, error_bars
from core.evaluation.figures.style import BLUE, GREY, MARKERS, PALETTE, VERMILION, escape, new_figure, number
from core.evaluation.guard_schemas import GuardScores, Refused, Turns, TurnScores, set_title


def plot_years_off(sets: Mapping[str, GuardScores]) -> Figure:
    """Plot the mean absolute error of the estimated age at each age, and below it the mean signed error.

    sets: those with labels in years, by name.

    Raises:
        ReportError: there are none.
    """
    if not sets:
        raise ReportError(
            "expected faces labelled with ages in years in the guard's report; found none. Export the guard again."
        )
    ages = sorted({age for scores in sets.values() for age in scores.errors}, key=lambda age: int(age.split("-")[0]))
    figure = new_figure(9.6 + 0.42 * len(sets))
    error_axes, bias_axes = figure.subplots(2, 1, sharex=True)
    for place, (name, scores) in enumerate(sets.items()):
        points = [(position, scores.errors[age]) for position, age in enumerate(ages) if age in scores.errors]
        style = {"color": PALETTE[place % len(PALETTE)], "marker": MARKERS[place % len(MARKERS)]}
        places = [position for position, _ in points]
        error_axes.plot(places, [error.years_off for _, error in points], **style, label=escape(set_title(name)))
        bias_axes.plot(places, [error.bias for _, error in points], **style)
    bias_axes.axhline(0, color=GREY, linewidth=0.8, linestyle=":", zorder=0)
    bias_axes.set_xticks(range(len(ages)), [escape(age.replace("-", " to ")) for age in ages], rotation=35, ha="right")
    error_axes.set_ylim(bottom=0)
    error_axes.set_ylabel("Age error, years")
    bias_axes.set_ylabel("Bias, years")
    bias_axes.set_xlabel("Labelled age, years")
    figure.legend(loc="outside lower center")
    return figure


def turn_name(turn: TurnScores) -> str:
    """Return the range of turns that a row covers, as text."""
    if turn.end is None:
        return f"{number(turn.begin)} on"
    return f"{number(turn.begin)} to {number(turn.end)}"


def plot_by_turn(turns: Turns) -> Figure:
    """Plot age errors and, below, adults refused with 95 % intervals, by how far faces are turned."""
    figure = new_figure(9.6)
    error_axes, refused_axes = figure.subplots(2, 1, sharex=True)
    places = range(len(turns.root))
    error_axes.plot(places, [turn.years_off for turn in turns.root], color=BLUE, marker=MARKERS[0])
    adults = [
        (place, Refused(pictures=turn.adults, refused=turn.adults_refused))
        for place, turn in enumerate(turns.root)
        if turn.adults_refused is not None and turn.adults
    ]
    refused_axes.errorbar(
        [place for place, _ in adults],
        [people.refused for _, people in adults],
        yerr=error_bars([people for _, people in adults]),
        fmt=f"{MARKERS[1]}-",
        color=VERMILION,
        elinewidth=0.7,
    )
    refused_axes.set_xticks(places, [turn_name(turn) for turn in turns.root], rotation=20, ha="right")
    error_axes.set_ylim(bottom=0)
    error_axes.set_ylabel("Age error, years")
    refused_axes.set_ylim(-0.02, 1.02)
    refused_axes.yaxis.set_major_formatter(SHARES)
    refused_axes.set_ylabel("Adults refused")
    refused_axes.set_xlabel("Nose offset from the midpoint of the eyes, in eye distances")
    return figure
