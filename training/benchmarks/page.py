"""docs/benchmarks.md section by section, and every document that figures are written into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import ReportError
from training.benchmarks import classifiers, detectors, speed
from training.benchmarks.highlights import DOCUMENTS, highlight_lines
from training.benchmarks.markdown import fill_marked_parts
from training.benchmarks.reports import Reports
from training.export.guard_card import EVALUATE, guard_lines

PAGE = Path("docs/benchmarks.md")

HEAD = """\
# Benchmarks

Written by `python -m training benchmarks` from the reports in `weights/reports/`; do not edit it. Each section names
the command that measures what it shows. Test pictures were never trained, tuned or chosen on. Times were taken on two
cores of shared machines, which differ: trust the ratios within a table, not times across tables. What a report says of
a single model in full is on its card, `weights/reports/MODEL/README.md`.
"""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page. level: of its heading. command: that measures it; empty if a heading stands alone."""

    level: int
    title: str
    command: str = ""
    about: str = ""
    lines: Callable[[Reports], list[str]] = lambda _: []


def guard(reports: Reports) -> list[str]:
    """Return the measurements section of each guard's card."""
    lines: list[str] = []
    for card, _ in reports.with_part("guard", "test"):
        lines += guard_lines(card, reports.evaluation(card))
    return lines


SECTIONS = (
    Section(2, "Classifiers"),
    Section(
        3,
        "Side by side",
        "python -m training evaluate MODEL",
        "On the fold of SCUT-FBP5500 that nothing that ships has learnt from. Brackets hold 95 % bootstrap intervals, "
        "as of `python -m training gen_ensemble`. ECE is the expected calibration error of the label's probability. "
        "The other panel is MEBeauty's: rank correlation (Spearman) on web portraits that were not trained on.",
        classifiers.side_by_side,
    ),
    Section(3, "What the mean gains", "python -m training gen_ensemble --subsets", "", classifiers.the_mean),
    Section(
        3,
        "Five folds",
        "python -m training folds --models MODEL",
        "Pearson by the fold that a network never saw, and means over the folds. Fold 1 is the file that ships.",
        classifiers.folds,
    ),
    Section(
        3,
        "Losses",
        "python -m training losses --backbone-weights FACERES.npz",
        "Linear heads on FaceRes's features, which stay as they are, so that the loss alone differs; on the validation "
        "part of SCUT-FBP5500 and, for rank correlation, on that of the other panel. A distribution's "
        "head has an output for each tenth of a point, and so more to learn with than the others. Training the whole "
        "network gains more than a loss does: the order is what counts.",
        classifiers.losses,
    ),
    Section(3, "By source and by group", "python -m training evaluate MODEL", "", classifiers.within),
    Section(
        3,
        "Mean rating by race and gender",
        "python -m training fairness",
        "On adults of FairFace, whose labels these are. Nobody rated these faces, so the table shows that ratings "
        "differ, not which are wrong. Last, how far apart the means of random groups of the same people and sizes "
        "lie: less than that in 95 of 100 deals.",
        classifiers.fairness,
    ),
    Section(
        3,
        "int8 against float",
        "python -m training export MODEL",
        "How far the file that ships lies from the network it was made from, on the test faces.",
        classifiers.exports,
    ),
    Section(2, "Detectors"),
    Section(
        3,
        "Every face",
        "python -m training detectors",
        "Ours and public detectors in one run, on the test pictures in which all faces are labelled and on pictures "
        "without a face that were never trained on. Average precision at IoU 0.5, small and unsure faces ignored as "
        "labelled, and in brackets against each set's own drawing of a box; recall, precision and false faces at the "
        "threshold that ships.",
        detectors.every_face,
    ),
    Section(
        3,
        "Leaning, large and cut faces",
        "python -m training detectors",
        "Faces of Helen put into frames of 640 x 480: share found, and how far the default classifier's rating moves "
        "on average from that of the same face upright.",
        detectors.views,
    ),
    Section(
        3,
        "One face a picture",
        "python -m training evaluate facetracker",
        "On test pictures with one face. A picture in which none is found counts with IoU 0. The data sets draw their "
        "boxes differently, so all are converted to one convention; the last column is without that.",
        detectors.one_face,
    ),
    Section(3, "Landmarks", "python -m training evaluate landmarks", "", detectors.landmarks),
    Section(2, "Guard", EVALUATE, "", guard),
    Section(
        2,
        "Speed",
        "python -m tests.bench stages --repeats 30 --out weights/reports/speed.json",
        "",
        speed.stages,
    ),
    Section(2, "The live page"),
    Section(
        3,
        "Under load",
        "python -m tests.bench live --viewers N --size WxH --fps F --mode M --busy B --out weights/reports/live.json",
        "Viewers send a film of a real face with a burned-in clock to the real page and read it back, on the same "
        "cores as the server. Frames a second that each viewer received and had analysed, the slowest viewer's, and "
        "all viewers'; latency in ms from sending a frame to having it back; START to the first analysed frame; of "
        "the server, CPU in shares of a core and memory in MB. The simplest pattern is models for each viewer, called "
        "as `model(x)` in the callback, in Keras. Plain echo waits for the next frame to know that one is complete; "
        "Fairest takes it as complete with its last packet, and may be quicker. In the overlay no video comes back: "
        "messages about faces are received, and latency is how old their frames are by then.",
        speed.live,
    ),
    Section(
        3,
        "For minutes",
        "python -m tests.bench live --viewers 4 --seconds 600 --apps fairest --out weights/reports/live.json",
        "Whether it grows slower or larger.",
        speed.soak,
    ),
)


def section(one: Section, reports: Reports) -> list[str]:
    """Return the lines of a section; if there is no report yet, a sentence instead of its tables."""
    lines = [f"{'#' * one.level} {one.title}", ""]
    if one.about:
        lines += [one.about, ""]
    if not one.command:
        return lines
    try:
        return [*lines, f"Measured by `{one.command}`.", "", *one.lines(reports)]
    except ReportError:
        return [*lines, f"No report yet. Measure it by `{one.command}`.", ""]


def benchmarks(reports: Reports) -> str:
    """Return the page."""
    lines = [line for one in SECTIONS for line in section(one, reports)]
    return "\n".join([HEAD, *lines]).rstrip() + "\n"


def documents(weights: Path, root: Path) -> dict[Path, str]:
    """Return the current text of every document with figures, by its path.

    Args:
        weights: the weights folder. root: folder of the project, whose documents have marked parts.

    Raises:
        FairestError: the manifest cannot be read.
    """
    reports = Reports(weights)
    written = {root / PAGE: benchmarks(reports)}
    for name, parts in DOCUMENTS.items():
        path = root / name
        if path.is_file():
            lines = {part: highlight_lines(reports, makers) for part, makers in parts.items()}
            written[path] = fill_marked_parts(path.read_text(encoding="utf-8"), lines)
    return written
