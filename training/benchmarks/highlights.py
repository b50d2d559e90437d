"""Figures in other documents: a few lines each, in a marked part of the document."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

from core.errors import ReportError
from core.models.manifest import EnsembleCard, ModelCard
from core.percent import percent
from training.benchmarks import speed
from training.benchmarks.reports import Reports, default_of
from training.export.model_card import display_name
from training.scores import Scores

WIDTH = 120
"""Maximum characters per line."""

Lines = Callable[[Reports], list[str]]


def ratings(reports: Reports) -> list[str]:
    """Return how well the default classifier and the ensemble predict the panel."""
    reported = reports.with_part("classifier", "test")
    means = [
        f" {card.title}: Pearson {test['pearson']:.3f}." for card, test in reported if isinstance(card, EnsembleCard)
    ]
    for card, test in reported:
        if card.name == default_of("classifier"):
            other_panel = reports.evaluation(card).get("other_panel")
            return [
                f"- **Ratings.** {card.title}, the default: Pearson {test['pearson']:.3f}, mean absolute error "
                f"{test['mae']:.3f} on a scale of 1 to 5, {percent(test['accuracy'], 1)} of the labels right, on "
                f"{test['pictures']:,} faces not used for training"
                + (", by its output for their raters" if isinstance(card, ModelCard) and card.heads else "")
                + (
                    f"; rank correlation {other_panel['spearman']:.2f} with a second panel's ratings."
                    if other_panel
                    else "."
                )
                + "".join(means)
            ]
    raise ReportError("expected scores of the default classifier; there are none.")


def bias(reports: Reports) -> list[str]:
    """Return the differences between groups in the default classifier's ratings."""
    for card, fair in reports.with_part("classifier", "fairface"):
        if card.name == default_of("classifier"):
            return [
                f"- **Bias.** Its mean ratings of FairFace's groups by race and gender differ by up to "
                f"{fair['spread']:.2f} points: highest for {fair['highest']}, lowest for {fair['lowest']}."
            ]
    raise ReportError("expected mean ratings by group of the default classifier; there are none.")


def faces(reports: Reports) -> list[str]:
    """Return how well the two default detectors find faces."""
    used = {"live": "detector", "photos": "photo_detector"}
    clauses = []
    for page, setting in used.items():
        title = reports.title(default_of(setting))
        scores = reports.overview.detectors.root.get(title)
        if scores:
            precisions = ", ".join(
                f"{set_scores.ap:.3f} on {display_name(name)}" for name, set_scores in scores.by_set.items()
            )
            clauses.append(f"{title}, for {page}: average precision {precisions}")
    return [f"- **Faces.** {'; '.join(clauses)}."] if clauses else []


def guard(reports: Reports) -> list[str]:
    """Return whom the guard refuses."""
    lines = []
    for _, test in reports.with_part("guard", "test"):
        scores: Scores = next(iter(test.values()))
        need = scores["by_need"]
        adults = ", ".join(
            f"{percent(need[age]['refused'], 1)} of {age}" for age in ("25 to 29", "30 and over") if age in need
        )
        lines.append(
            f"- **Adults only.** A single estimate refuses {percent(scores['minors_refused'], 1)} of test faces under "
            + (f"18, and wrongly refuses {adults}." if adults else "18.")
        )
    return lines


def times(reports: Reports) -> list[str]:
    """Return the time per picture."""
    report = reports.overview.speed
    called_stages = {"whole": "a picture with Live's models", "live": "a live frame with a known face"}
    clauses = [
        f"{description} {report.stages[name].median:.0f} ms"
        for name, description in called_stages.items()
        if name in report.stages
    ]
    width, height = report.frame
    return (
        [f"- **Speed.** At {width} x {height} with {report.threads} threads: {', '.join(clauses)}."] if clauses else []
    )


def under_load(reports: Reports) -> list[str]:
    """Return live viewers' performance on one server that does nothing else and draws."""
    return [
        f"- **Viewers: {speed.describe_viewers(load)}.** {speed.analysed_fps(load):.1f} analysed frames per second "
        f"each; a frame returns after {load.latency.p50:.0f} ms (p95 {load.latency.p95:.0f} ms); {load.cpu:.1f} cores, "
        f"{load.memory_mb[-1]:.0f} MB."
        for _, load in speed.loads(reports, speed.OURS)
        if load.analysed and load.mode == "drawn" and not load.busy
    ]


DOCUMENTS: Mapping[str, Mapping[str, tuple[Lines, ...]]] = {
    "README.md": {"highlights": (ratings, bias, faces, guard, times)},
    "deploy/README.md": {"load": (under_load,)},
}
"""Marked parts by document and name, and the functions that generate each."""

NO_BREAK = "\u00a0"
"""A space at which no line ends."""


def wrap(line: str) -> list[str]:
    """Wrap a list item, or an indented continuation of one, to the documents' width; a number keeps its "%"."""
    joined = line.replace(" %", f"{NO_BREAK}%")
    rows = textwrap.wrap(joined, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return [row.replace(NO_BREAK, " ") for row in rows]


def highlight_lines(reports: Reports, parts: tuple[Lines, ...]) -> list[str]:
    """Return the lines of a marked part; anything without a report is left out."""
    lines: list[str] = []
    for part in parts:
        try:
            lines += [row for line in part(reports) for row in wrap(line)]
        except ReportError:
            continue
    return lines
