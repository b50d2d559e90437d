from __future__ import annotations

import json

import pytest

from core.settings import ROOT
from core.weights import Card, load_manifest
from training.model_card import model_card, table

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


def test_a_table_has_a_row_a_name_and_dashes_for_what_is_unknown() -> None:
    lines = table("group", {"b": {"pictures": 3, "mean": None}, "a": {"pictures": 12, "mean": 2.5, "other": 1}})
    assert lines == ["| group | pictures | mean rating |", "|---|---|---|", "| a | 12 | 2.500 |", "| b | 3 | - |"]
