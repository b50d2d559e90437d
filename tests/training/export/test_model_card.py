from __future__ import annotations

import json

import pytest

from core.models.manifest import Card, load_manifest
from core.settings import ROOT
from tests import factories
from training.export.model_card import model_card, score_table

WEIGHTS = ROOT / "weights"


@pytest.mark.parametrize("card", load_manifest(WEIGHTS).models, ids=lambda card: card.name)
def test_every_shipped_card_says_what_its_report_says(card: Card) -> None:
    folder = WEIGHTS / "reports" / card.name
    report = json.loads((folder / "evaluation.json").read_text())
    text = (folder / "README.md").read_text()
    assert text == model_card(card, report)
    assert card.command in text
    assert card.licence in text
    for value in card.scores.values():
        assert f"{value:.3f}" in text


def test_a_guards_card_says_what_was_measured_of_it() -> None:
    guard = factories.card("keeper", "guard", scores={"youngest_passed": 23.456})
    report = factories.guard_report()
    report["test"]["aaf"]["by_age"]["60-116"] = {"pictures": 7, "refused": 0.0}
    lines = model_card(guard, report).splitlines()
    assert "| age | UTKFace and All-Age-Faces | UTKFace | All-Age-Faces |" in lines
    assert "| below 16 | 98.0 % of 100 | 98.0 % of 100 | 98.0 % of 100 |" in lines
    ages = [line.split(" | ")[0] for line in lines if line.startswith(("| 18-20", "| 30-39", "| 60-116"))]
    assert ages[:3] == ["| 18-20", "| 30-39", "| 60-116"]
    assert "| 60-116 | - | - | 0.0 % of 7 |" in lines
    assert "| 30-39 | 6.0 (-1.0) | 6.0 (-1.0) | 6.0 (-1.0) |" in lines
    assert "| Black female | 20.0 % of 100 | 20.0 % of 100 | 20.0 % of 100 |" in lines
    assert "- UTKFace: 0.0 % passed, 50.0 % refused; 10.0 % passed, 5.0 % refused" in lines
    assert "| 0.3 and more | 40 | 4.0 (+1.0) | - |" in lines
    assert "| probability of being under 18 (chosen) | 20.0 % | 3.0 % |" in lines
    assert "| greyscale | UTKFace | 0.0600 | 99.0 % | 95.0 % | 20.0 % | 3.0 % |" in lines
    text = "\n".join(lines)
    for phrase in (
        "23.456 years",
        "1.25 years",
        "3 faces with 500 estimates",
        "4.500",
        "--film webapp/demo/faces.webm",
    ):
        assert phrase in text


def test_a_table_has_a_row_a_name_and_dashes_for_what_is_unknown() -> None:
    lines = score_table("group", {"b": {"pictures": 3, "mean": None}, "a": {"pictures": 12, "mean": 2.5, "other": 1}})
    assert lines == [
        "| group | pictures | mean rating |",
        "| --- | --- | --- |",
        "| a | 12 | 2.500 |",
        "| b | 3 | - |",
        "",
    ]
