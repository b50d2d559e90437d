"""Building blocks of the page: a chart with its explanation and printable figure, a table, a model select box."""

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
"""Key of the select box for models, the same in each section of the page."""

PERCENT = "%.1f %%"

NOTHING = N_("There is nothing to show here: the report is missing or damaged.")


def nothing() -> None:
    """Show that a report is missing."""
    st.info(_(NOTHING), icon=":material/info:")


def how_to_read(sentence: str, command: str = "") -> None:
    """Show an explanation, and the command that made the measurement, if given."""
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
    """Show a chart with its heading, explanation and printable figure.

    Args:
        heading, sentence: in the viewer's language.
        draw: returns the chart in one or more parts; if it raises ReportError, the page shows a message of its own.
        source: the report with the data. stem: the figure's name in `core.evaluation.figures.registry`.
        beside: whether to place the parts side by side where there is room.
        command: the command that made the measurement.
    """
    st.subheader(heading, anchor=False)
    try:
        charts = draw()
    except ReportError:
        nothing()
        return
    columns = st.columns(len(charts)) if beside else [st.container()] * len(charts)
    for column, part in zip(columns, charts, strict=True):
        column.altair_chart(part, width="stretch")
    how_to_read(sentence, command)
    download(heading, source, stem)


def download(heading: str, source: ModelReport | Overview, stem: str) -> None:
    """Show a button that renders the printable figure as a PDF when pressed."""
    if importlib.util.find_spec("matplotlib") is None:
        st.caption(_("Figures for print require matplotlib, which is not installed on this server."))
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
    """Render the printable figure. Called in a server thread without a viewer's session.

    Raises:
        ReportError: the report lacks the data.
    """
    # Imported here, so that the page works without matplotlib.
    from core.evaluation.figures.pdf import model_figure, overview_figure  # noqa: PLC0415

    return model_figure(source, stem) if isinstance(source, ModelReport) else overview_figure(source, stem)


def table(rows: Sequence[dict[str, Any]], formats: dict[str, str] | None = None) -> None:
    """Show a table with a column for each key of its rows; the first column is pinned.

    Args:
        rows: at least one, with keys and texts in the viewer's language.
        formats: format of number columns by heading; the default is three decimals. PERCENT takes shares.
    """
    frame = pd.DataFrame(rows)
    columns: dict[str, Any] = {}
    for name in frame.select_dtypes("number"):
        number_format = (formats or {}).get(name, "%.3f")
        if number_format == PERCENT:
            frame[name] *= 100
        columns[name] = st.column_config.NumberColumn(format=number_format)
    columns[str(frame.columns[0])] = st.column_config.Column(pinned=True)
    st.dataframe(frame, column_config=columns, hide_index=True, width="stretch", height="content", placeholder="–")


def choose(cards: Sequence[Card], preferred: str) -> Card:
    """Return the model that the viewer selected; cards: at least one."""
    by_name = {card.name: card for card in cards}
    # The sections share the key but not the models.
    if st.session_state.get(MODEL) not in by_name:
        st.session_state[MODEL] = preferred if preferred in by_name else next(iter(by_name))
    return by_name[st.selectbox(_("Model"), list(by_name), format_func=lambda name: by_name[name].title, key=MODEL)]
