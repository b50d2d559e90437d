"""Every detector that ships, and public ones, on the same pictures in one run.

    python -m training detectors --data DATA

dlib's HOG detector comes with what we install anyway; MTCNN joins in where its package is (`pip install mtcnn`).
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import dlib
import numpy as np

from core.crop import Image
from core.detect import FaceTracker, load_detector
from core.face import Box, Face
from core.facegrid import FaceGrid
from core.settings import Settings
from core.weights import load_manifest
from training.evaluate_faces import Finds, evaluate_faces, lowest
from training.scores import Scores, rounded

REPORT = "detectors.json"
HOG_ADJUST, HOG_SURE = -0.5, 0.0
"""dlib's scores from which a face is told at all, and from which dlib itself would tell it."""


def squashed(score: float) -> float:
    """A score of any size as a detection in (0, 1), one half at zero."""
    return float(1 / (1 + np.exp(-score)))


def hog() -> tuple[Finds, float]:
    """dlib's frontal detector (King, 2009) on the picture at twice its size, as dlib advises for small faces."""
    detector = dlib.get_frontal_face_detector()

    def find(image: Image) -> list[Face]:
        found, scores, _ = detector.run(image, 1, HOG_ADJUST)
        boxes = [Box(one.left(), one.top(), one.width(), one.height()) for one in found]
        return [Face(box, squashed(score)) for box, score in zip(boxes, scores, strict=True)]

    return find, squashed(HOG_SURE)


def mtcnn() -> tuple[Finds, float]:
    """MTCNN (Zhang et al., 2016) as the package `mtcnn` runs it by default."""
    detector = importlib.import_module("mtcnn").MTCNN(device="CPU:0")

    def find(image: Image) -> list[Face]:
        boxes = [
            (Box(*(max(0.0, float(v)) for v in one["box"])), one["confidence"]) for one in detector.detect_faces(image)
        ]
        return [Face(box, float(confidence)) for box, confidence in boxes]

    return find, 0.7


PEERS: dict[str, tuple[str, Callable[[], tuple[Finds, float]]]] = {"dlib HOG": ("dlib", hog), "MTCNN": ("mtcnn", mtcnn)}
"""Public detectors by name: the package that each needs, and how it is made."""


def shipped(name: str, settings: Settings) -> tuple[Finds, float]:
    """A detector of ours that tells of every face it thinks possible, and the threshold that it ships with."""
    detector = load_detector(name, settings)
    assert isinstance(detector, (FaceGrid, FaceTracker))
    return lowest(detector), detector.card.threshold


def timed(find: Finds, times: list[float]) -> Finds:
    """The same detector, that notes how long each picture takes, milliseconds."""

    def measured(image: Image) -> list[Face]:
        begin = time.perf_counter()
        faces = find(image)
        times.append((time.perf_counter() - begin) * 1000)
        return faces

    return measured


def compare(data: Path, weights: Path) -> Scores:
    """Write weights/reports/detectors.json: each detector's scores by name, and its median milliseconds a picture."""
    settings = Settings(weights_dir=weights)
    made: dict[str, Callable[[], tuple[Finds, float]]] = {
        card.title: partial(shipped, card.name, settings)
        for card in load_manifest(weights).models
        if card.kind == "detector"
    }
    made |= {name: make for name, (package, make) in PEERS.items() if importlib.util.find_spec(package)}
    report: Scores = {}
    for name, make in made.items():
        find, threshold = make()
        times: list[float] = []
        report[name] = evaluate_faces(timed(find, times), threshold, data) | {"ms": float(np.median(times))}
    report = rounded(report)
    (weights / "reports").mkdir(parents=True, exist_ok=True)
    (weights / "reports" / REPORT).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return report
