"""The landmark network from its table to the app, on a handful of pictures."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.models.manifest import load_manifest
from core.models.pose import LANDMARKS, LandmarkNet, load_landmarks
from core.settings import ROOT, RatingSettings
from tests import faces
from tests.training.conftest import named, save
from training.__main__ import main
from training.data.landmarks import COLUMNS, SHARES
from training.data.landmarks import load_landmarks as load_table
from training.evaluate.landmarks import evaluate_landmarks, landmark_results, turned_face
from training.export.model import enter_card

pytestmark = pytest.mark.long

SMALL = ["--samples", "8", "--batch-size", "4", "--epochs", "1", "--seed", "5"]
SIDE = 240


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data, and a table of what the shipped network sees on it."""
    root = tmp_path_factory.mktemp("landmarks")
    net = load_landmarks(RatingSettings())
    rows = []
    for part, shares in SHARES.items():
        for number, name in enumerate(named(f"utkface/images/{part}", 4, *shares)):
            person = sorted(faces.truth())[number]
            picture = cv2.resize(faces.load(person), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
            save(root / name, picture)
            box = faces.truth()[person]
            scaled = type(box)(*(value * SIDE / 720 for value in (box.x, box.y, box.w, box.h)))
            seen = net.landmarks(picture, scaled)
            assert seen is not None
            rows.append([name, scaled.x, scaled.y, scaled.w, scaled.h, *seen.points.ravel()])
    for low, high in ((0.0, 0.6), (0.6, 0.7), (0.7, 1.0)):
        for name in named("empty", 2, low, high):
            save(root / "negatives" / name, np.random.default_rng(0).integers(0, 255, (90, 120, 3), np.uint8))
    (root / "runs").mkdir()
    with (root / "runs" / "landmarks.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return root


def test_a_network_is_trained_exported_and_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr("training.export.landmarks.MAX_DISTANCE", 1.0)
    folders = ["--data", str(folder), "--runs", "runs"]
    assert main(["train", LANDMARKS, *folders, *SMALL]) == 0
    weights = folder / "weights"
    weights.mkdir()
    assert main(["export", LANDMARKS, *folders, "--weights", str(weights)]) == 0
    card = load_manifest(weights).network(LANDMARKS, "landmarks")
    assert card.threshold > 0
    assert card.side == 64
    assert isinstance(load_landmarks(RatingSettings(weights_dir=weights)), LandmarkNet)
    report = json.loads((weights / "reports" / LANDMARKS / "evaluation.json").read_text())
    assert report["test"]["faces"] == 8
    assert "## Limitations" in (weights / "reports" / LANDMARKS / "README.md").read_text()


def test_the_shipped_network_is_measured_by_the_verb(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(folder)
    card = load_manifest(ROOT / "weights").network(LANDMARKS, "landmarks")
    shutil.copyfile(ROOT / "weights" / card.file, tmp_path / card.file)
    enter_card(tmp_path, card)
    assert main(["evaluate", LANDMARKS, "--data", str(folder), "--weights", str(tmp_path)]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["told"] > 0.8
    assert scores["roll_off"] < 5
    assert scores["nothing_told"] == 0


def test_a_face_whose_age_is_unknown_counts_as_such_and_not_as_an_error(folder: Path) -> None:
    net = load_landmarks(RatingSettings())
    blind = LandmarkNet(net.model, net.card.model_copy(update={"threshold": 0.0}))
    table = folder / "runs" / "landmarks.csv"
    scores = evaluate_landmarks(blind, folder, table)
    assert (scores["told"], scores["points_off"]) == (0, None)
    assert not any(result.found for result in landmark_results(blind, load_table(folder, table, "test")))


def test_the_points_are_turned_with_the_face(folder: Path) -> None:
    face = load_table(folder, folder / "runs" / "landmarks.csv", "test")[0]
    _, upright, points = turned_face(face, 0, np.random.default_rng(1))
    assert points == pytest.approx(face.points)
    _, lying, turned = turned_face(face, 90, np.random.default_rng(1))
    across = turned[0] - turned[2]
    assert abs(across[0]) < abs(across[1]), "the eyes lie above each other"
    assert lying.size == pytest.approx(upright.size, rel=0.05)
