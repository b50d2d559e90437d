"""Draws the models' evaluation figures as PDF and PNG, from the weights folder's reports.

    python -m training report sexyness_cnn --out figures

Reads weights/reports/MODEL/: history.csv (the training log), predictions.csv (`core.evaluation.results`) and
evaluation.json; for `overview`, all models together, also detectors.json, speed.json and live.json. If something is
missing or damaged, only the figures that need it are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from core.errors import FairestError, FigureError, ReportError
from core.evaluation.figures.registry import OVERVIEW, FigureSpec, Source, figure_specs
from core.evaluation.figures.rendering import KINDS, render
from core.evaluation.figures.style import apply_style, missing_glyphs, use_latex
from core.evaluation.model_report import ModelReport, Overview
from core.models.manifest import Card, load_manifest
from core.output.files import write_file
from training.errors import DataError, TrainingError

ALL_MODELS = "overview"
"""Stands for all models together in place of a model's name."""


@dataclass(frozen=True, slots=True)
class Report:
    """The result of drawing: the files written, and a sentence for each missing item."""

    files: list[Path]
    notes: list[str]


def reported_models(weights: Path) -> list[str]:
    """Return the models with a report folder, sorted.

    Raises:
        DataError: there is none.
    """
    folder = weights / "reports"
    names = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not names:
        raise DataError(f"expected a model's report in {folder}; there is none. Run: python -m training export")
    return names


def cards_of(weights: Path, notes: list[str]) -> tuple[Card, ...]:
    """Return the manifest's models; if it cannot be read, none and a note."""
    try:
        return tuple(load_manifest(weights).models)
    except FairestError as error:
        notes.append(str(error))
        return ()


def save(figure: Figure, stem: Path, title: str) -> list[Path]:
    """Write a figure as PDF and PNG, creating the folder.

    Args:
        figure: created and saved within the same `core.evaluation.figures.style.apply_style`.
        stem: path of the files without suffix.
        title: for the files' metadata.

    Raises:
        FigureError: a file cannot be written.
    """
    files = {stem.with_name(f"{stem.name}.{kind}"): render(figure, kind, title) for kind in KINDS}
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            write_file(path, content)
    except OSError as error:
        raise FigureError(
            "expected to write figures into {folder}; {reason}. Choose another folder with --out.",
            folder=stem.parent,
            reason=error.strerror,
        ) from error
    return list(files)


def draw_figures(
    specs: Mapping[str, FigureSpec[Source]],
    source: Source,
    name: str,
    title: str,
    out: Path,
    wish: str,
    only: Collection[str],
) -> Report:
    """Draw figures into out/NAME/; see `draw_report`.

    title: the subject of the figures, for the files' metadata.
    """
    absent = [stem for stem in only if stem not in specs]
    if absent:
        raise DataError(f"expected a figure among {', '.join(specs)} for {name}; received {', '.join(absent)}.")
    words = source.words()
    latex, note = use_latex(wish, words)
    notes = [note]
    if not latex and missing_glyphs(words):
        notes.append(f"no font here has the characters {missing_glyphs(words)}: boxes stand in their places.")
    files: list[Path] = []
    left_out: dict[str, list[str]] = {}
    with apply_style(latex, words):
        for stem in only or specs:
            try:
                figure = specs[stem].draw(source)
            except ReportError as error:
                left_out.setdefault(str(error), []).append(stem)
                continue
            files += save(figure, out / name / stem, f"{title}: {specs[stem].title}")
    notes += [f"{name}, without {', '.join(stems)}: {error}" for error, stems in left_out.items()]
    return Report(files, notes)


def draw_report(name: str, weights: Path, out: Path, wish: str, only: Collection[str] = ()) -> Report:
    """Draw one model's figures, or those of all models together, into out/NAME/.

    Args:
        name: of a folder in weights/reports, or ALL_MODELS. weights: the weights folder.
        wish: whether to use LaTeX, see `core.evaluation.figures.style.use_latex`.
        only: names of the figures to draw; all that the model has if empty.

    Raises:
        DataError: the model has no report, or none of the figures requested. FigureError: LaTeX was requested and
        fails, or a file cannot be written.
    """
    known_names = [*reported_models(weights), ALL_MODELS]
    if name not in known_names:
        raise DataError(f"expected a model among {', '.join(known_names)}; received {name!r}.")
    notes: list[str] = []
    cards = cards_of(weights, notes)
    if name == ALL_MODELS:
        drawn = draw_figures(OVERVIEW, Overview(weights / "reports", cards), name, "Fairest", out, wish, only)
    else:
        card = next((card for card in cards if card.name == name), None)
        report = ModelReport(weights / "reports" / name, card)
        drawn = draw_figures(figure_specs(card), report, name, card.title if card else name, out, wish, only)
    return Report(drawn.files, [note for note in [*notes, *drawn.notes] if note])


def draw_reports(names: list[str], weights: Path, out: Path, wish: str, only: Collection[str] = ()) -> Report:
    """Apply `draw_report` to several models, all by default; a failing one does not stop the others.

    Raises:
        DataError: nothing could be drawn.
    """
    files: list[Path] = []
    notes: list[str] = []
    for name in names or [*reported_models(weights), ALL_MODELS]:
        try:
            report = draw_report(name, weights, out, wish, only)
        except (FairestError, TrainingError) as error:
            report = Report([], [str(error)])
        files += report.files
        notes += report.notes
    if not files:
        raise DataError(" ".join(dict.fromkeys(notes)))
    return Report(files, list(dict.fromkeys(notes)))
