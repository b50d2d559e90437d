"""Shown for every network: its training curves and its model card."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.evaluation.model_report import ModelReport
from core.models.manifest import Card, EnsembleCard
from webapp.common.i18n import _
from webapp.metrics.charts.training import loss_chart, quality_chart
from webapp.metrics.sections import chart


def training_curves(report: ModelReport, network: str = "") -> None:
    """Show loss and quality by epoch, side by side where there is room; network: its title, if there are several."""

    def draw() -> list[Any]:
        return [loss_chart(report.history), quality_chart(report.history)]

    sentence = _(
        "Where the training curve keeps improving but the validation curve no longer follows, the network overfits; "
        "the dotted line marks the epoch that was kept."
    )
    title = _("Training curves of {network}").format(network=network) if network else _("Training curves")
    chart(title, sentence, draw, report, "training_curves", beside=True)


def model_card(card: Card) -> None:
    """Show where a model comes from; the manifest's texts are in English."""
    with st.expander(_("Model card"), icon=":material/description:"):
        if isinstance(card, EnsembleCard):
            shape = _("Mean of {members}").format(members=", ".join(card.members))
        else:
            shape = _("Input {width} × {height} pixels").format(width=card.side, height=card.height or card.side)
        facts = {
            _("Data"): card.data,
            _("Created with"): f"`{card.command}`",
            _("Parameters"): f"{card.parameters:,}. {shape}.",
            _("Licence"): card.licence,
        }
        st.markdown("\n\n".join(f"**{name}.** {fact}" for name, fact in facts.items()))
