"""Fairness: mean rating by race and gender on faces that no panel rated."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from core.errors import ReportError
from core.evaluation.figures.style import BLACK, GREY, MARKERS, PALETTE, escape, new_figure, number, wrap
from core.evaluation.schemas import FairFaceScores

NAME_WIDTH = 18
"""Maximum characters per line of a race's name."""

MARK_SPACING = 0.26
"""Distance between the two genders of a race, in distances between races."""


def known_mean(scores: FairFaceScores, name: str) -> float:
    """Return the mean rating of a group.

    Raises:
        ReportError: there is no such group, or none of its faces was rated.
    """
    mean = scores.by_group[name].mean if name in scores.by_group else None
    if mean is None:
        raise ReportError("expected a rated group of FairFace; received {name!r}. Measure the model again.", name=name)
    return mean


def spread_title(scores: FairFaceScores) -> str:
    """Return the spread and the two groups that determine it, on two or three lines.

    Raises:
        ReportError: one of the two is not among the groups.
    """
    low, high = known_mean(scores, scores.lowest), known_mean(scores, scores.highest)
    chance = scores.spread_by_chance.get("group")
    lines = [
        f"Spread {number(scores.spread)}: highest {escape(scores.highest)} ({number(high)}),",
        f"lowest {escape(scores.lowest)} ({number(low)})",
    ]
    return "\n".join(lines if chance is None else [*lines, f"95 of 100 random groupings stay below {number(chance)}"])


def draw_gender(axes: Axes, scores: FairFaceScores, races: list[str], gender: str, mark: int) -> None:
    """Draw a point per race, with its 95 % interval if the standard error is known; mark: the gender's index."""
    groups = [(scores.by_group.get(f"{race} {gender}"), place) for place, race in enumerate(races)]
    points = [
        (group.mean, 1.96 * (group.standard_error or 0), place) for group, place in groups if group and group.mean
    ]
    shift = ((len(scores.by_gender) - 1) / 2 - mark) * MARK_SPACING
    overall = scores.by_gender[gender].mean
    axes.errorbar(
        [mean for mean, _, _ in points],
        [place + shift for _, _, place in points],
        xerr=[reach for _, reach, _ in points],
        fmt=MARKERS[mark % len(MARKERS)],
        color=PALETTE[mark % len(PALETTE)],
        markersize=4,
        elinewidth=0.8,
        label=escape(gender) if overall is None else f"{escape(gender)}, mean {number(overall)}",
    )


def plot_fairness(scores: FairFaceScores, threshold: float | None) -> Figure:
    """Plot a row per race and a point per gender, sorted by the race's mean, with the spread between all groups.

    threshold: the rating that separates the classes; None if unknown.

    Raises:
        ReportError: the highest or the lowest group is not among the groups.
    """
    means = {race: group.mean for race, group in scores.by_race.items() if group.mean is not None}
    races = sorted(means, key=lambda race: means[race])
    figure = new_figure(4.4 + 0.68 * len(races))
    axes = figure.add_subplot()
    if threshold is not None:
        axes.axvline(threshold, color=GREY, linewidth=0.8, linestyle=":", zorder=0, label="between the classes")
    axes.grid(axis="y", color="0.88", linewidth=0.6)
    for mark, gender in enumerate(scores.by_gender):
        draw_gender(axes, scores, races, gender, mark)
    axes.plot([means[race] for race in races], range(len(races)), "|", color=BLACK, markersize=9, label="race's mean")
    rated = {race: scores.by_race[race].pictures - scores.by_race[race].not_found for race in races}
    axes.set_yticks(range(len(races)), [f"{wrap(race, NAME_WIDTH)} ($n = {rated[race]}$)" for race in races])
    axes.margins(x=0.08)
    axes.set_ylim(-0.6, len(races) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("Mean predicted rating")
    figure.suptitle(spread_title(scores), fontsize=8)
    figure.legend(loc="outside lower center", ncols=2, columnspacing=1.2)
    return figure
