"""The comparison of losses, on made-up features."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.training.conftest import eagerly
from training.__main__ import main
from training.evaluate import losses
from training.evaluate.losses import BINS, LOSSES, Features, bin_centres, compare_losses, expectation
from training.models import faceres
from training.models.parts.rating_losses import SPREAD, shares_above


def made(count: int, seed: int) -> Features:
    """Features of which the first eight tell the rating, but for some noise."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(count, 16)).astype(np.float32)
    logit = values[:, :8].sum(axis=1) / 2 + rng.normal(0, 0.3, count)
    return Features(values, (1 / (1 + np.exp(-logit)))[:, None].astype(np.float32))


def test_each_loss_trains_a_head_that_ranks_faces_it_has_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(losses, "EPOCHS", 15)
    monkeypatch.setattr(losses, "LEARNING_RATE", 0.06)
    comparison = compare_losses(made(512, 1), made(200, 2), made(200, 3), seeds=(1,))
    assert list(comparison) == list(LOSSES)
    for name, scores in comparison.items():
        assert scores["pearson"] > 0.8, name
        assert scores["spearman"] > 0.8, name
        assert 0 < scores["mae"] < 0.6, name


def logits_for(name: str, target: np.ndarray) -> np.ndarray:
    """The logits of a head that rates faces (n, 1) as they are."""
    edge: np.ndarray = np.log(target / (1 - target))
    outputs = LOSSES[name].outputs
    if name == "thresholds":
        shares: np.ndarray = np.clip(np.asarray(shares_above(target[:, 0], outputs)), 1e-4, 1 - 1e-4)
        return np.asarray(np.log(shares / (1 - shares)))
    logits = -0.5 * ((bin_centres(max(outputs - (name == "ComboLoss"), 2))[None] - target) / SPREAD) ** 2
    return np.asarray({1: edge, BINS: logits}.get(outputs, np.concatenate([edge, logits], axis=1)), np.float32)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_least_where_the_head_is_right(name: str) -> None:
    head_loss, target = LOSSES[name], np.array([[0.25], [0.75]], np.float32)
    right = logits_for(name, target)
    assert float(head_loss.loss(target, right)) < float(head_loss.loss(target, right[::-1].copy()))
    assert np.asarray(head_loss.rating(right)).shape == (2, 1)
    assert np.asarray(head_loss.rating(right)) == pytest.approx(target, abs=0.02)


def test_the_expectation_of_one_sure_bin_is_its_centre() -> None:
    logits = np.full((1, 5), -50.0, np.float32)
    logits[0, 3] = 50
    assert float(np.asarray(expectation(logits))[0, 0]) == pytest.approx(0.75)


def test_the_command_writes_the_report(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(faceres, "SIDE", 32)
    monkeypatch.setattr(losses, "EPOCHS", 1)
    monkeypatch.setattr(losses, "SEEDS", (1,))
    monkeypatch.setattr(losses, "VIEWS", 1)
    monkeypatch.setattr(faceres, "backbone", lambda side, _: backbone(side))
    with eagerly():
        assert main(["losses", "--data", str(data), "--backbone-weights", "none.npz", "--weights", str(tmp_path)]) == 0
    report = json.loads((tmp_path / "reports" / "losses.json").read_text())
    assert list(report) == list(LOSSES)
    assert json.loads(capsys.readouterr().out) == report


def backbone(side: int) -> keras.Model:
    """In place of FaceRes: the mean colour of a picture."""
    inputs = keras.Input((side, side, 3))
    return keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(inputs))
