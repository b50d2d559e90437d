"""Compares every shipped detector with public ones, on the same pictures in one run.

    python -m training detectors --data DATA

dlib's HOG detector, MTCNN and libfacedetection are included if their packages are installed
(`pip install dlib-bin mtcnn yuface`).
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from core.analyzer import load_analyzer
from core.evaluation.model_report import DETECTORS, VIEWS
from core.face import Box, Face
from core.images.crop import Image
from core.models.detector import load_detector
from core.models.manifest import load_manifest
from core.settings import RatingSettings
from core.settings_reader import load_settings
from training.data.faces import load_faces
from training.evaluate.faces import FaceFinder, evaluate_faces, without_threshold
from training.evaluate.views import evaluate_views
from training.scores import Scores, rounded, write_report

HOG_ADJUST, HOG_SURE = -0.5, 0.0
"""dlib's scores from which a face is returned at all, and from which dlib would return it by default."""


def squash(score: float) -> float:
    """Map any score to a detection in (0, 1), 0 to one half."""
    return float(1 / (1 + np.exp(-score)))


def hog() -> tuple[FaceFinder, float]:
    """Return dlib's frontal detector (King, 2009) on the picture at twice its size, as dlib advises for small faces."""
    detector = importlib.import_module("dlib").get_frontal_face_detector()

    def find(image: Image) -> list[Face]:
        rectangles, scores, _ = detector.run(image, 1, HOG_ADJUST)
        boxes = [
            Box(rectangle.left(), rectangle.top(), rectangle.width(), rectangle.height()) for rectangle in rectangles
        ]
        return [Face(box, squash(score)) for box, score in zip(boxes, scores, strict=True)]

    return find, squash(HOG_SURE)


def mtcnn() -> tuple[FaceFinder, float]:
    """Return MTCNN (Zhang et al., 2016) as the package `mtcnn` runs it by default."""
    detector = importlib.import_module("mtcnn").MTCNN(device="CPU:0")

    def find(image: Image) -> list[Face]:
        boxes = [
            (Box(*(max(0.0, float(v)) for v in detection["box"])), detection["confidence"])
            for detection in detector.detect_faces(image)
        ]
        return [Face(box, float(confidence)) for box, confidence in boxes]

    return find, 0.7


def libfacedetection() -> tuple[FaceFinder, float]:
    """Return YuNet (Wu, Peng and Yu, 2023) as its authors' libfacedetection runs it, through the package `yuface`."""
    detect = importlib.import_module("yuface").detect

    def find(image: Image) -> list[Face]:
        percent, sides, _ = detect(np.ascontiguousarray(image[..., ::-1]), 0.0)
        # Negative coordinates, beyond the top or left edge, are returned modulo 2 ** 16.
        boxes = [Box(*(float(value) for value in row)) for row in np.asarray(sides, np.uint16).astype(np.int16)]
        return [Face(box, float(sure) / 100) for box, sure in zip(boxes, percent, strict=True)]

    return find, 0.5


PEERS: dict[str, tuple[str, Callable[[], tuple[FaceFinder, float]]]] = {
    "dlib HOG": ("dlib", hog),
    "MTCNN": ("mtcnn", mtcnn),
    "libfacedetection": ("yuface", libfacedetection),
}
"""Public detectors by name: the package that each needs, and the function that creates it."""


def shipped_detector(name: str, settings: RatingSettings) -> tuple[FaceFinder, float]:
    """Return one of Fairest's detectors at a low threshold, and the threshold that it ships with."""
    threshold = load_manifest(settings.weights_dir).network(name, "detector").threshold
    return without_threshold(load_detector(name, settings)), threshold


def with_timing(find: FaceFinder, times: list[float]) -> FaceFinder:
    """Wrap a detector so that it appends the milliseconds of each picture to `times`."""

    def measured(image: Image) -> list[Face]:
        begin = time.perf_counter()
        faces = find(image)
        times.append((time.perf_counter() - begin) * 1000)
        return faces

    return measured


def views(name: str, settings: RatingSettings, data: Path) -> Scores:
    """Evaluate a detector of Fairest's and the later stages on leaning, large and cropped faces of Helen's test set."""
    analyzer = load_analyzer(name, settings.classifier, settings)
    pictures = [picture for picture in load_faces(data, "test") if picture.source == "helen"]
    return evaluate_views(analyzer.detector, analyzer.guard, analyzer.classifier, pictures)


def compare(data: Path, weights: Path) -> Scores:
    """Write weights/reports/detectors.json and views.json; return the first.

    They hold each detector's scores by name, with its median milliseconds per picture; and those of Fairest's detectors
    on leaning, large and cropped faces.
    """
    settings = load_settings(weights_dir=weights).rating
    own_detectors = {card.title: card.name for card in load_manifest(weights).models if card.kind == "detector"}
    factories: dict[str, Callable[[], tuple[FaceFinder, float]]] = {
        title: partial(shipped_detector, name, settings) for title, name in own_detectors.items()
    }
    factories |= {name: factory for name, (package, factory) in PEERS.items() if importlib.util.find_spec(package)}
    report: Scores = {}
    for name, factory in factories.items():
        find, threshold = factory()
        times: list[float] = []
        report[name] = evaluate_faces(with_timing(find, times), threshold, data) | {"ms": float(np.median(times))}
    write_report(weights, DETECTORS, report)
    write_report(weights, VIEWS, {title: views(name, settings, data) for title, name in own_detectors.items()})
    return dict(rounded(report))
