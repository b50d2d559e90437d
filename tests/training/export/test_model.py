from __future__ import annotations

from pathlib import Path

from core.models.manifest import Manifest, load_manifest
from core.settings import WEIGHTS
from training.export.model import enter_card


def test_a_model_that_training_no_longer_has_keeps_its_card_after_the_others(tmp_path: Path) -> None:
    shipped = load_manifest(WEIGHTS)
    unknown = shipped.card("sexyness_cnn", "classifier").model_copy(update={"name": "a_model_of_before"})
    (tmp_path / "manifest.json").write_text(Manifest(models=[unknown]).model_dump_json())
    for name in ("ensemble", "sexyness_cnn"):
        enter_card(tmp_path, shipped.card(name, "classifier"))
    assert [card.name for card in load_manifest(tmp_path).models] == ["sexyness_cnn", "ensemble", "a_model_of_before"]
