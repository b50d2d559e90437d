from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from core.errors import ReportError
from core.evaluation.figures.registry import CLASSIFIER, CURVES, GUARD, ONE_FACE_DETECTOR, OVERVIEW, RATED, plans_of
from core.evaluation.model_report import ModelReport, Overview
from core.models.manifest import Card, load_manifest
from tests.made import card, ensemble, weights


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return weights(tmp_path / "weights")


def cards(folder: Path) -> dict[str, Card]:
    return {card.name: card for card in load_manifest(folder).models}


@pytest.mark.parametrize(
    ("name", "plans"),
    [("rater", CLASSIFIER), ("ensemble", RATED), ("finder", ONE_FACE_DETECTOR), ("keeper", GUARD)],
)
def test_every_figure_of_every_kind_is_drawn(folder: Path, name: str, plans: dict[str, object]) -> None:
    material = ModelReport(folder / "reports" / name, cards(folder)[name])
    found = plans_of(material.card)
    assert found == plans
    for plan in found.values():
        assert isinstance(plan.draw(material), Figure)


def test_figures_of_all_models_are_drawn(folder: Path) -> None:
    overview = Overview(folder / "reports", tuple(cards(folder).values()))
    for plan in OVERVIEW.values():
        assert isinstance(plan.draw(overview), Figure)


def test_what_a_report_lacks_is_told(folder: Path) -> None:
    material = ModelReport(folder / "reports" / "finder", card("finder", "classifier"))
    with pytest.raises(ReportError, match=r"predictions\.csv"):
        CLASSIFIER["roc"].draw(material)


def test_a_model_without_a_card_is_taken_for_a_classifier() -> None:
    assert plans_of(None) == CLASSIFIER
    assert plans_of(ensemble(["a", "b"])) == RATED
    assert plans_of(card("grid", "detector")) == CURVES, "one that finds every face has no overlap with the only one"
