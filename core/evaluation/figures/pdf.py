"""Renders one figure as a PDF, from any thread, for a page's downloads."""

from __future__ import annotations

import threading

from core.evaluation.figures.registry import OVERVIEW, FigureSpec, Source, figure_specs
from core.evaluation.figures.rendering import render
from core.evaluation.figures.style import apply_style, use_latex
from core.evaluation.model_report import ModelReport, Overview

LOCK = threading.Lock()
"""matplotlib's settings, fonts and LaTeX cache are global to the process, so only one figure is drawn at a time."""

LATEX_FAULTS = (RuntimeError, OSError, LookupError, ValueError)
"""What matplotlib raises when LaTeX fails."""


def model_figure(report: ModelReport, stem: str) -> bytes:
    """Render a figure of one model as PDF.

    Args:
        stem: its name in `core.evaluation.figures.registry`.

    Raises:
        ReportError: the report lacks the data. KeyError: there is no such figure for this kind of model.
    """
    name = report.card.title if report.card else report.folder.name
    return render_pdf(figure_specs(report.card)[stem], report, f"{name}: {figure_specs(report.card)[stem].title}")


def overview_figure(overview: Overview, stem: str) -> bytes:
    """Render a figure of all models as PDF; see `model_figure`."""
    return render_pdf(OVERVIEW[stem], overview, OVERVIEW[stem].title)


def render_pdf(spec: FigureSpec[Source], source: Source, title: str) -> bytes:
    """Render a figure as PDF, with LaTeX if that works and with matplotlib alone otherwise.

    Raises:
        ReportError: the report lacks the data.
    """
    with LOCK:
        words = source.words()
        if use_latex("auto", words)[0]:
            try:
                return draw_pdf(spec, source, title, latex=True)
            except LATEX_FAULTS:
                # LaTeX could set the words, but failed on this figure: a full disk, for example, or a line that is too
                # long.
                pass
        return draw_pdf(spec, source, title, latex=False)


def draw_pdf(spec: FigureSpec[Source], source: Source, title: str, latex: bool) -> bytes:
    """Draw a figure in the common style and return it as PDF."""
    with apply_style(latex, source.words()):
        return render(spec.draw(source), "pdf", title)
