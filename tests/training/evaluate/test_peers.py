from __future__ import annotations

import json
import shutil
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from core.face import Box, Face
from core.models.age_guard import GUARD
from core.models.manifest import load_manifest
from core.settings import ROOT, RatingSettings
from tests import faces
from training.__main__ import main
from training.evaluate.faces import LOWEST
from training.evaluate.peers import PEERS, hog, libfacedetection, shipped_detector, squash
from training.evaluate.views import VIEWS
from training.export.model import enter_card

pytestmark = pytest.mark.long


def test_the_public_detector_finds_a_real_face(adult: np.ndarray) -> None:
    find, threshold = hog()
    best = max(find(adult), key=lambda face: face.detection)
    assert best.detection > threshold
    assert best.box.iou(faces.truth()[faces.ADULT]) > 0.4
    assert squash(0.0) == 0.5


def test_libfacedetections_answers_become_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    image = np.zeros((60, 80, 3), np.uint8)
    image[..., 0] = 200

    def detect(seen: np.ndarray, min_confidence: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        assert seen[0, 0].tolist() == [0, 0, 200], "BGR"
        assert min_confidence == 0
        boxes = np.array([[10, 65533, 30, 40]], np.uint16)
        return np.array([87], np.uint16), boxes, np.zeros((1, 10), np.uint16)

    monkeypatch.setitem(sys.modules, "yuface", types.SimpleNamespace(detect=detect))
    find, threshold = libfacedetection()
    (face,) = find(image)
    assert (face.box, face.detection) == (Box(10, -3, 30, 40), 0.87)
    assert threshold == 0.5


def test_ours_tells_of_all_that_it_thinks_possible(settings: RatingSettings) -> None:
    find, threshold = shipped_detector("facetracker", settings)
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8)
    assert all(face.detection >= LOWEST for face in find(noise))
    assert threshold == load_manifest(settings.weights_dir).network("facetracker", "detector").threshold


def test_all_are_measured_on_the_same_pictures(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = ("dlib", lambda: (lambda _: list[Face](), 0.5))
    monkeypatch.setattr("training.evaluate.peers.PEERS", PEERS | {"silent": silent, "absent": ("no_such_package", hog)})
    manifest = load_manifest(ROOT / "weights")
    for card in (
        manifest.network("facetracker", "detector"),
        manifest.network("facegrid", "detector"),
        manifest.network("landmarks", "landmarks"),
        manifest.network("agenet", "guard").model_copy(update={"name": GUARD}),
        manifest.network(RatingSettings().classifier, "classifier"),
    ):
        shutil.copyfile(ROOT / "weights" / card.file, tmp_path / card.file)
        enter_card(tmp_path, card)
    assert main(["detectors", "--data", str(data), "--weights", str(tmp_path)]) == 0
    report = json.loads((tmp_path / "reports" / "detectors.json").read_text())
    assert {"FaceTracker (VGG16, one face)", "dlib HOG", "silent"} <= set(report)
    assert "absent" not in report
    assert report["silent"]["ap"] == 0
    assert report["FaceTracker (VGG16, one face)"]["ap"] == 1
    assert report["dlib HOG"]["pictures"] == report["silent"]["pictures"]
    views = json.loads((tmp_path / "reports" / "views.json").read_text())
    assert set(views) == {"FaceGrid (fast, every face)", "FaceTracker (VGG16, one face)"}
    assert set(views["FaceTracker (VGG16, one face)"]) == set(VIEWS)
    assert "FaceTracker (VGG16, one face): AP fddb 1.000" in capsys.readouterr().out
