"""Whom the guard refuses: by age, adults by race and gender, and at other thresholds."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from core.errors import ReportError
from core.evaluation.curves import wilson_interval
from core.evaluation.figures.style import BLACK, MARKERS, PALETTE, escape, escaped_percent, new_figure, wrap
from core.evaluation.guard_schemas import GuardScores, GuardTests, Refused, set_title

MARK_SPACING = 0.16
"""Distance between the marks of two sets, or of two genders, at one place, in distances between places."""

NAME_WIDTH = 18
"""Maximum characters per line of a race's name."""

SHARES = FuncFormatter(lambda value, _: escaped_percent(value))


def error_bars(people: list[Refused]) -> list[list[float]]:
    """Return the lengths of the 95 % error bars of shares, downwards and upwards."""
    limits = [wilson_interval(group.refused, group.pictures) for group in people]
    # A rounded share may lie just outside its interval.
    return [
        [max(0.0, group.refused - low) for group, (low, _) in zip(people, limits, strict=True)],
        [max(0.0, high - group.refused) for group, (_, high) in zip(people, limits, strict=True)],
    ]


def draw_by_age(axes: Axes, sets: Mapping[str, GuardScores], first: int) -> None:
    """Draw a line per set over consecutive ages; first: index of the first colour and marker."""
    ages = sorted({age for scores in sets.values() for age in scores.by_age}, key=lambda age: int(age.split("-")[0]))
    for place, (name, scores) in enumerate(sets.items()):
        shift = (place - (len(sets) - 1) / 2) * MARK_SPACING
        points = [(position + shift, scores.by_age[age]) for position, age in enumerate(ages) if age in scores.by_age]
        people = [group for _, group in points]
        axes.errorbar(
            [position for position, _ in points],
            [group.refused for group in people],
            yerr=error_bars(people),
            fmt=f"{MARKERS[(first + place) % len(MARKERS)]}-",
            color=PALETTE[(first + place) % len(PALETTE)],
            elinewidth=0.7,
            label=escape(set_title(name)),
        )
    axes.set_xticks(range(len(ages)), [escape(age.replace("-", " to ")) for age in ages], rotation=35, ha="right")
    axes.set_ylim(-0.02, 1.02)
    axes.yaxis.set_major_formatter(SHARES)
    axes.set_ylabel("Refused")


def plot_refused_by_age(test: GuardTests) -> Figure:
    """Plot the share refused at each age with 95 % intervals; sets labelled with age intervals have their own axes."""
    panels = [sets for sets in (test.with_years, test.with_intervals) if sets]
    figure = new_figure(1.2 + 5.8 * len(panels) + 0.42 * len(test.sets))
    axes = figure.subplots(len(panels), 1, squeeze=False)[:, 0]
    first = 0
    for subplot, sets in zip(axes, panels, strict=True):
        draw_by_age(subplot, sets, first)
        first += len(sets)
    axes[-1].set_xlabel("Labelled age, years")
    figure.legend(loc="outside lower center")
    return figure


def draw_adults(axes: Axes, scores: GuardScores) -> None:
    """Draw a row per race and a point per gender, with the race refused least on top."""
    races = sorted(scores.adults_by_race, key=lambda race: -scores.adults_by_race[race].refused)
    genders = list(scores.adults_by_gender)
    for mark, gender in enumerate(genders):
        shift = ((len(genders) - 1) / 2 - mark) * MARK_SPACING * 1.6
        groups = [(place + shift, scores.adults_by_group.get(f"{race} {gender}")) for place, race in enumerate(races)]
        points = [(position, people) for position, people in groups if people is not None]
        axes.errorbar(
            [people.refused for _, people in points],
            [position for position, _ in points],
            xerr=error_bars([people for _, people in points]),
            fmt=MARKERS[mark % len(MARKERS)],
            color=PALETTE[mark % len(PALETTE)],
            elinewidth=0.8,
            label=escape(gender),
        )
    counts = [scores.adults_by_race[race].pictures for race in races]
    names = [f"{wrap(race, NAME_WIDTH)} ($n = {count}$)" for race, count in zip(races, counts, strict=True)]
    axes.set_yticks(range(len(races)), names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(races) - 0.4)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(SHARES)


def plot_adults_refused(test: GuardTests) -> Figure:
    """Plot the share refused of adults of 25 and over by race and gender with 95 % intervals, one set below the other.

    Raises:
        ReportError: no set has groups by race and gender.
    """
    sets = {name: scores for name, scores in test.sets.items() if scores.adults_by_group}
    if not sets:
        raise ReportError(
            "expected adults by race and gender in the guard's report; found none. Export the guard again."
        )
    sizes = [len(scores.adults_by_race) for scores in sets.values()]
    figure = new_figure(2.0 + 1.1 * len(sets) + 0.62 * sum(sizes))
    axes = figure.subplots(len(sets), 1, squeeze=False, sharex=True, height_ratios=[size + 0.4 for size in sizes])[:, 0]
    for subplot, (name, scores) in zip(axes, sets.items(), strict=True):
        draw_adults(subplot, scores)
        subplot.set_title(escape(set_title(name)), loc="left")
    axes[-1].set_xlabel("Share of adults 25 and over refused")
    largest = max(axes, key=lambda panel: len(panel.containers))
    figure.legend(*largest.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def plot_tradeoff(test: GuardTests) -> Figure:
    """Plot adults refused against minors passed over all thresholds, a line per set; the ring is the shipped threshold.

    Raises:
        ReportError: no set has a curve.
    """
    sets = {name: scores for name, scores in test.with_years.items() if scores.curve}
    if not sets:
        raise ReportError("expected a curve over thresholds in the guard's report; found none. Export the guard again.")
    figure = new_figure(7.0 + 0.42 * len(sets))
    axes = figure.add_subplot()
    for place, (name, scores) in enumerate(sets.items()):
        axes.plot(
            [point.minors_passed for point in scores.curve],
            [point.adults_refused for point in scores.curve],
            f"{MARKERS[place % len(MARKERS)]}-",
            color=PALETTE[place % len(PALETTE)],
            label=escape(set_title(name)),
        )
        axes.plot(
            1 - scores.minors_refused,
            scores.adults_refused,
            "o",
            color=BLACK,
            fillstyle="none",
            markersize=9,
            label=None if place else "as it ships",
        )
    axes.set_xlim(left=-0.005)
    axes.set_ylim(bottom=-0.02)
    axes.xaxis.set_major_formatter(SHARES)
    axes.yaxis.set_major_formatter(SHARES)
    axes.set_xlabel("Share of under-18s passed")
    axes.set_ylabel("Refused, 25 and over")
    figure.legend(loc="outside lower center")
    return figure
