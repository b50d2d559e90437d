from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from core.errors import ReportError
from core.evaluation.figures.registry import (
    CLASSIFIER,
    CURVES,
    GUARD,
    ONE_FACE_DETECTOR,
    OVERVIEW,
    RATED,
    REFUSED,
    figure_specs,
)
from core.evaluation.model_report import ModelReport, Overview
from core.models.manifest import Card, load_manifest
from tests.factories import card, ensemble, weights


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return weights(tmp_path / "weights")


def cards(folder: Path) -> dict[str, Card]:
    return {card.name: card for card in load_manifest(folder).models}


@pytest.mark.parametrize(
    ("name", "specs"),
    [("rater", CLASSIFIER), ("ensemble", RATED), ("finder", ONE_FACE_DETECTOR), ("keeper", GUARD)],
)
def test_every_figure_of_every_kind_is_drawn(folder: Path, name: str, specs: dict[str, object]) -> None:
    report = ModelReport(folder / "reports" / name, cards(folder)[name])
    card_specs = figure_specs(report.card)
    assert card_specs == specs
    for spec in card_specs.values():
        assert isinstance(spec.draw(report), Figure)


def test_figures_of_all_models_are_drawn(folder: Path) -> None:
    overview = Overview(folder / "reports", tuple(cards(folder).values()))
    for spec in OVERVIEW.values():
        assert isinstance(spec.draw(overview), Figure)


def test_what_a_report_lacks_is_reported(folder: Path) -> None:
    report = ModelReport(folder / "reports" / "finder", card("finder", "classifier"))
    with pytest.raises(ReportError, match=r"predictions\.csv"):
        CLASSIFIER["roc"].draw(report)


def test_a_model_without_a_card_is_taken_for_a_classifier() -> None:
    assert figure_specs(None) == CLASSIFIER
    assert figure_specs(ensemble(["a", "b"])) == RATED
    assert figure_specs(ensemble(["a", "b"], kind="guard")) == REFUSED
    assert figure_specs(card("grid", "detector")) == CURVES, (
        "one that finds every face has no overlap with the only one"
    )
