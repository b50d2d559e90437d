"""The pipeline: a picture in, faces out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.classify import FrameClassifier, load_classifier
from core.crop import Image
from core.detect import Detector, load_detector
from core.face import Box, Face
from core.guard import FrameGuard, load_guard
from core.pose import posed
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Analyzer:
    """Detects faces, refuses those that must not be rated, rates the rest."""

    detector: Detector
    guard: FrameGuard
    classifier: FrameClassifier

    def analyze(self, image: Image) -> list[Face]:
        """All faces of a picture.

        Args:
            image: RGB uint8, shape (height, width, 3).

        Returns:
            Faces with boxes in pixels of the picture; a refused one has no rating.
        """
        faces = posed(image, self.detector.detect(image))
        faces = self.guard.check(image, faces)
        return self.classifier.rate(image, faces)

    def warm_up(self) -> None:
        """Run every stage once, so that the first real picture does not wait for lazy loading."""
        image = np.full((240, 320, 3), 128, np.uint8)
        self.analyze(image)
        imagined = posed(image, [Face(Box(100, 60, 120, 160), detection=1.0)])
        self.guard.check(image, imagined)
        self.classifier.rate(image, imagined)


def load_analyzer(detector: str, classifier: str, settings: Settings) -> Analyzer:
    """An analyzer from models of the manifest.

    Raises:
        UnknownModelError: no such model. WeightsError: a file is missing or damaged.
    """
    return Analyzer(load_detector(detector, settings), load_guard(settings), load_classifier(classifier, settings))
