"""What the parts of the page are made of: a chart with its sentence and its figure for print, a table, a choice."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.errors import ReportError
from core.evaluation.model_report import ModelReport, Overview
from core.models.manifest import Card
from webapp.common.i18n import N_, _

MODEL = "metrics-model"
"""Key of the select box that chooses a model, the same in each part of the page."""

PERCENT = "%.1f %%"

NOTHING = N_("There is nothing to show here: the report for this is missing or damaged.")


def nothing() -> None:
    """Say that a report is missing."""
    st.info(_(NOTHING), icon=":material/info:")


def how_to_read(sentence: str, command: str = "") -> None:
    """A sentence under what it explains, and the command that measured it, if one is given."""
    measured = _("Measured by `{command}`.").format(command=command)
    st.caption(f"{sentence} {measured}" if command else sentence)


def chart(
    heading: str,
    sentence: str,
    draw: Callable[[], Sequence[Any]],
    source: ModelReport | Overview,
    stem: str,
    beside: bool = False,
    command: str = "",
) -> None:
    """A chart under its heading, how to read it, and its figure for print.

    Args:
        heading, sentence: in the viewer's language.
        draw: makes the chart, in one piece or several; may raise ReportError, which the page tells in its own words.
        source: what it is drawn from. stem: the figure's name in `core.evaluation.figures.registry`.
        beside: whether its pieces stand beside each other where there is room.
        command: that measured what it shows.
    """
    st.subheader(heading, anchor=False)
    try:
        drawn = draw()
    except ReportError:
        nothing()
        return
    places = st.columns(len(drawn)) if beside else [st.container()] * len(drawn)
    for place, piece in zip(places, drawn, strict=True):
        place.altair_chart(piece, width="stretch")
    how_to_read(sentence, command)
    download(heading, source, stem)


def download(heading: str, source: ModelReport | Overview, stem: str) -> None:
    """A button that draws the figure for print, as a PDF, when it is pressed."""
    if importlib.util.find_spec("matplotlib") is None:
        st.caption(_("Figures for print need matplotlib, which this server does not have."))
        return
    name = source.folder.name if isinstance(source, ModelReport) else "fairest"
    st.download_button(
        _("{figure}, for print (PDF)").format(figure=heading),
        data=lambda: render_pdf(source, stem),
        file_name=f"{name}-{stem}.pdf",
        mime="application/pdf",
        key=f"metrics-print-{name}-{stem}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def render_pdf(source: ModelReport | Overview, stem: str) -> bytes:
    """The figure for print. Called in a thread of the server's, with no viewer's session.

    Raises:
        ReportError: the report lacks what it shows.
    """
    # Here, so that the page opens without matplotlib.
    from core.evaluation.figures.pdf import model_figure, overview_figure  # noqa: PLC0415

    return model_figure(source, stem) if isinstance(source, ModelReport) else overview_figure(source, stem)


def table(rows: Sequence[dict[str, Any]], formats: dict[str, str] | None = None) -> None:
    """A table with a heading for each key of its rows; the first column stays in view when the others are scrolled.

    Args:
        rows: one or more, keys and texts in the viewer's language.
        formats: of number columns, by heading; three decimals where none is given. PERCENT takes shares.
    """
    frame = pd.DataFrame(rows)
    columns: dict[str, Any] = {}
    for name in frame.select_dtypes("number"):
        shown = (formats or {}).get(name, "%.3f")
        if shown == PERCENT:
            frame[name] *= 100
        columns[name] = st.column_config.NumberColumn(format=shown)
    columns[str(frame.columns[0])] = st.column_config.Column(pinned=True)
    st.dataframe(frame, column_config=columns, hide_index=True, width="stretch", height="content", placeholder="–")


def choose(cards: Sequence[Card], preferred: str) -> Card:
    """The model that the viewer chose among some, one or more."""
    by_name = {card.name: card for card in cards}
    # The key is the same in each part of the page, the models are not.
    if st.session_state.get(MODEL) not in by_name:
        st.session_state[MODEL] = preferred if preferred in by_name else next(iter(by_name))
    return by_name[st.selectbox(_("Model"), list(by_name), format_func=lambda name: by_name[name].title, key=MODEL)]
