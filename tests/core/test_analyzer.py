from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.analyzer import Analyzer
from core.face import Box, Face
from core.images.crop import Image
from core.models.ages import AgeReading
from tests import faces


class Scripted:
    """All three stages; notes the order in which they are asked."""

    name = "scripted"
    threshold = 3.0

    def __init__(self) -> None:
        self.calls: list[str] = []

    def detect(self, image: Image) -> list[Face]:
        self.calls.append("detect")
        return [Face(Box(0, 0, 5, 5), 0.9), Face(Box(9, 9, 5, 5), 0.8)]

    def check(self, image: Image, faces: list[Face]) -> list[Face]:
        self.calls.append("check")
        return [replace(faces[0], refused="may be under 18"), *faces[1:]]

    def rate(self, image: Image, faces: list[Face]) -> list[Face]:
        self.calls.append("rate")
        return [face if face.refused else replace(face, rating=3.0) for face in faces]

    def unfit_reason(self, face: Face) -> str | None:
        raise AssertionError("a picture is checked whole")

    def look(self, image: Image, face: Face, view: int = 0) -> AgeReading:
        raise AssertionError("a picture is checked whole")

    def judge(self, reading: AgeReading) -> str | None:
        raise AssertionError("a picture is checked whole")

    def rating(self, image: Image, face: Face) -> float:
        raise AssertionError("a picture is rated whole")

    def with_label(self, face: Face, rating: float, above: bool) -> Face:
        raise AssertionError("a picture is rated whole")

    def at(self, threshold: float) -> Scripted:
        raise AssertionError("a picture is rated at the classifier's own threshold")


def test_the_guard_stands_before_the_classifier() -> None:
    stages = Scripted()
    analysed = Analyzer(stages, stages, stages).analyze(np.zeros((20, 20, 3), np.uint8))
    assert stages.calls == ["detect", "check", "rate"]
    assert [face.rating for face in analysed] == [None, 3.0]


def test_a_real_face_is_found_passed_and_rated(analyzer: Analyzer, adult: np.ndarray) -> None:
    (face,) = analyzer.analyze(adult)
    assert face.box.iou(faces.truth()[faces.ADULT]) > 0.75
    assert face.refused is None
    assert face.label in ("Sexy", "Ugly")
    assert face.rating is not None
    assert 1 <= face.rating <= 5


def test_warm_up_leaves_nothing_behind(analyzer: Analyzer, adult: np.ndarray) -> None:
    before = analyzer.analyze(adult)
    analyzer.warm_up()
    assert analyzer.analyze(adult) == before
