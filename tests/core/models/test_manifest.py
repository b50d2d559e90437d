from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.errors import UnknownModelError, WeightsError
from core.models.manifest import MANIFEST, Card, ModelCard, load_manifest, verified_path, without_guard_networks
from core.settings import ROOT
from tests import factories

SHIPPED = ROOT / "weights"


def copied(tmp_path: Path) -> Path:
    shutil.copyfile(SHIPPED / MANIFEST, tmp_path / MANIFEST)
    return tmp_path


def test_every_shipped_file_is_the_one_described() -> None:
    manifest = load_manifest(SHIPPED)
    assert {"facetracker"} <= set(manifest.names("detector"))
    assert {"sexyness_cnn"} <= set(manifest.names("classifier"))
    for card in manifest.models:
        assert card.scores
        if isinstance(card, ModelCard):
            assert verified_path(SHIPPED, card).stat().st_size > 1000
    networks = {card.file for card in manifest.models if isinstance(card, ModelCard)}
    assert {path.name for path in SHIPPED.glob("*.tflite")} == networks


def test_what_ships_stays_below_110_megabytes() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*") if path.is_file()) < 110e6


def test_shipped_seed_models_have_the_parameters_of_their_sources() -> None:
    manifest = load_manifest(SHIPPED)
    assert manifest.card("facetracker", "detector").parameters == 16_826_181
    assert manifest.card("sexyness_cnn", "classifier").parameters == 5_562_401


def test_one_changed_byte_is_refused(tmp_path: Path) -> None:
    card = load_manifest(copied(tmp_path)).network("sexyness_cnn", "classifier")
    data = bytearray((SHIPPED / card.file).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / card.file).write_bytes(data)
    with pytest.raises(WeightsError, match="damaged or was changed"):
        verified_path(tmp_path, card)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    card = load_manifest(copied(tmp_path)).network("sexyness_cnn", "classifier")
    with pytest.raises(WeightsError, match=r"sexyness_cnn\.tflite"):
        verified_path(tmp_path, card)


def test_an_unknown_model_lists_the_known() -> None:
    with pytest.raises(UnknownModelError, match="facetracker"):
        load_manifest(SHIPPED).card("nobody", "detector")


def test_an_ensemble_is_no_network() -> None:
    with pytest.raises(UnknownModelError, match="is an ensemble"):
        load_manifest(SHIPPED).network("ensemble", "classifier")


def test_networks_of_a_guard_are_left_out_and_averaged_classifiers_stay() -> None:
    alone, left, right = (factories.card(name, "guard") for name in ("alone", "left", "right"))
    mean = factories.ensemble(["left", "right"], name="mean", kind="guard")
    assert without_guard_networks([alone, left, right, mean]) == [alone, mean]
    rated: list[Card] = [factories.card("rater", "classifier"), factories.ensemble(["rater", "other"])]
    assert without_guard_networks(rated) == rated


@pytest.mark.parametrize("text", ["", "{", '{"models": [{}]}', '{"models": [], "more": 1}'])
def test_a_malformed_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(WeightsError, match="malformed"):
        load_manifest(tmp_path)


def test_a_missing_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be read"):
        load_manifest(tmp_path)


def test_an_unknown_preprocessing_is_refused(tmp_path: Path) -> None:
    manifest = json.loads((SHIPPED / MANIFEST).read_text())
    manifest["models"][0]["preprocessing"] = "magic"
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(WeightsError, match="magic"):
        load_manifest(tmp_path)
