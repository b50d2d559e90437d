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
    distance, signed = figure.subplots(2, 1, sharex=True)
    for place, (name, scores) in enumerate(sets.items()):
        known = [(where, scores.errors[age]) for where, age in enumerate(ages) if age in scores.errors]
        look = {"color": PALETTE[place % len(PALETTE)], "marker": MARKERS[place % len(MARKERS)]}
        places = [where for where, _ in known]
        distance.plot(places, [one.years_off for _, one in known], **look, label=escape(set_title(name)))
        signed.plot(places, [one.bias for _, one in known], **look)
    signed.axhline(0, color=GREY, linewidth=0.8, linestyle=":", zorder=0)
    signed.set_xticks(range(len(ages)), [escape(age.replace("-", " to ")) for age in ages], rotation=35, ha="right")
    distance.set_ylim(bottom=0)
    distance.set_ylabel("Age error, years")
    signed.set_ylabel("Bias, years")
    signed.set_xlabel("Labelled age, years")
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
    distance, refused = figure.subplots(2, 1, sharex=True)
    places = range(len(turns.root))
    distance.plot(places, [turn.years_off for turn in turns.root], color=BLUE, marker=MARKERS[0])
    adults = [
        (place, Refused(pictures=turn.adults, refused=turn.adults_refused))
        for place, turn in enumerate(turns.root)
        if turn.adults_refused is not None and turn.adults
    ]
    refused.errorbar(
        [place for place, _ in adults],
        [people.refused for _, people in adults],
        yerr=error_bars([people for _, people in adults]),
        fmt=f"{MARKERS[1]}-",
        color=VERMILION,
        elinewidth=0.7,
    )
    refused.set_xticks(places, [turn_name(turn) for turn in turns.root], rotation=20, ha="right")
    distance.set_ylim(bottom=0)
    distance.set_ylabel("Age error, years")
    refused.set_ylim(-0.02, 1.02)
    refused.yaxis.set_major_formatter(SHARES)
    refused.set_ylabel("Adults refused")
    refused.set_xlabel("Nose offset from the midpoint of the eyes, in eye distances")
    return figure
