"""One figure as a PDF, from any thread: what a page offers to download."""

from __future__ import annotations

import threading

from core.evaluation.figures.registry import OVERVIEW, FigureSpec, Source, figure_specs
from core.evaluation.figures.rendering import render
from core.evaluation.figures.style import apply_style, use_latex
from core.evaluation.model_report import ModelReport, Overview

LOCK = threading.Lock()
"""matplotlib's settings, fonts and LaTeX cache are the process's: one figure is drawn at a time."""

LATEX_FAULTS = (RuntimeError, OSError, LookupError, ValueError)
"""What matplotlib raises when LaTeX fails."""


def model_figure(report: ModelReport, stem: str) -> bytes:
    """A figure of one model, PDF.

    Args:
        stem: its name in `core.evaluation.figures.registry`.

    Raises:
        ReportError: the report lacks what it shows. KeyError: there is no such figure of this kind of model.
    """
    name = report.card.title if report.card else report.folder.name
    return render_pdf(figure_specs(report.card)[stem], report, f"{name}: {figure_specs(report.card)[stem].title}")


def overview_figure(overview: Overview, stem: str) -> bytes:
    """A figure of all models, PDF; see `model_figure`."""
    return render_pdf(OVERVIEW[stem], overview, OVERVIEW[stem].title)


def render_pdf(spec: FigureSpec[Source], source: Source, title: str) -> bytes:
    """A figure as PDF, set by LaTeX where that works and by matplotlib itself elsewhere.

    Raises:
        ReportError: the report lacks what it shows.
    """
    with LOCK:
        words = source.words()
        if use_latex("auto", words)[0]:
            try:
                return draw_pdf(spec, source, title, latex=True)
            except LATEX_FAULTS:
                # It set the words alone, but not this figure of them: a full disk, say, or a line too long.
                pass
        return draw_pdf(spec, source, title, latex=False)


def draw_pdf(spec: FigureSpec[Source], source: Source, title: str, latex: bool) -> bytes:
    """A figure as PDF, in the look."""
    with apply_style(latex, source.words()):
        return render(spec.draw(source), "pdf", title)
