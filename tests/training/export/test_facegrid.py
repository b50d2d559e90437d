"""FaceGrid from training to the app, on a handful of pictures; and its threshold and scores on scripted detectors."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from core.face import Box, Face
from core.images.crop import Image
from core.models.detector import load_detector
from core.models.facegrid import FaceGrid
from core.models.manifest import load_manifest
from core.settings import RatingSettings
from tests.training.conftest import eagerly
from training.__main__ import main
from training.data.faces import load_faces
from training.data.pictures import load_rgb
from training.evaluate.faces import evaluate_faces
from training.export.facegrid import grid_threshold
from training.models import facegrid
from training.models.spec import ModelSpec

pytestmark = pytest.mark.long

SMALL = ["--samples", "8", "--batch-size", "4", "--epochs", "1", "--backbone-weights", "none"]
SIZES = {"facegrid": (160, 128), "facegrid_fine": (224, 192)}


def small() -> ModelSpec:
    """A FaceGrid that learns from small pictures and looks at small ones."""
    files = [
        replace(file, adapt=partial(facegrid.at_size, width=SIZES[file.name][0], height=SIZES[file.name][1]))
        for file in facegrid.SPEC.exports
    ]
    return replace(facegrid.SPEC, build=partial(facegrid.build, width=96, height=64), exports=tuple(files))


@pytest.fixture(scope="module")
def shipped(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder with a FaceGrid, trained for an epoch by the real commands, on small pictures."""
    folder = tmp_path_factory.mktemp("facegrid")
    folders = ["--data", str(data), "--runs", str(folder / "runs")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.models.facegrid.SPEC", small())
        patch.setattr("training.export.facegrid.CALIBRATION", 4)
        with eagerly():
            assert main(["train", "facegrid", *folders, *SMALL]) == 0
        assert main(["export", *folders, "--weights", str(folder / "weights")]) == 0
    return folder / "weights"


def test_what_ships_runs_in_the_app(shipped: Path, adult: np.ndarray) -> None:
    card = load_manifest(shipped).network("facegrid", "detector")
    assert (card.side, card.height, card.preprocessing) == (160, 128, "pixels")
    detector = load_detector("facegrid", RatingSettings(weights_dir=shipped))
    assert isinstance(detector, FaceGrid)
    for face in detector.detect(adult):
        assert face.detection >= card.threshold
    report = json.loads((shipped / "reports" / "facegrid" / "evaluation.json").read_text())
    assert report["test"]["faces"] == 2
    assert set(report["test"]["by_set"]) == {"fddb"}
    assert report["test"]["negatives"] == 3
    assert "ap" in report["keras"]


def test_it_is_measured_again_as_it_ships(shipped: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "facegrid", "--data", str(data), "--weights", str(shipped)]) == 0
    again = json.loads(capsys.readouterr().out)
    report = json.loads((shipped / "reports" / "facegrid" / "evaluation.json").read_text())
    assert again["ap"] == report["test"]["ap"]


class Knows:
    """Finds the true faces of a part, each with a detection, and a face in every picture that it does not know."""

    def __init__(self, data: Path, part: str, detection: float, elsewhere: float) -> None:
        self.truth = [(load_rgb(picture.path), picture.boxes) for picture in load_faces(data, part)]
        self.detection, self.elsewhere = detection, elsewhere

    def __call__(self, image: Image) -> list[Face]:
        for pixels, boxes in self.truth:
            if pixels.shape == image.shape and np.array_equal(pixels, image):
                return [Face(box, self.detection) for box in boxes]
        return [Face(Box(1, 1, 20, 20), self.elsewhere)]


def test_the_threshold_is_silent_where_there_is_no_face(data: Path) -> None:
    assert 0.4 < grid_threshold(Knows(data, "validation", 0.8, 0.4), data) <= 0.8
    assert grid_threshold(Knows(data, "validation", 0.8, 0.05), data) <= 0.8


def test_scores_of_a_detector_that_knows(data: Path) -> None:
    scores = evaluate_faces(Knows(data, "test", 0.8, 0.6), 0.7, data)
    assert (scores["ap"], scores["recall"], scores["precision"]) == (1, 1, 1)
    assert scores["ap_own"] == 1
    assert (scores["negatives_silent"], scores["false_faces_in_100"]) == (1, 0)
    louder = evaluate_faces(Knows(data, "test", 0.8, 0.9), 0.7, data)
    assert (louder["negatives_silent"], louder["false_faces_in_100"]) == (0, 100)
    assert scores["by_size"] == {"32 to 96": {"faces": 2, "ap": 1}}
