"""The pipeline: a picture in, faces out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.face import Box, Face, Pose
from core.images.crop import Image
from core.models.age_guard import FrameGuard, load_guard
from core.models.classifier import FrameClassifier, load_classifier
from core.models.detector import Detector
from core.models.orientation import detect_any_way_up, load_any_way_up
from core.settings import RatingSettings


@dataclass(frozen=True, slots=True)
class Analyzer:
    """Detects faces, refuses those that must not be rated, rates the rest."""

    detector: Detector
    guard: FrameGuard
    classifier: FrameClassifier

    def analyze(self, image: Image) -> list[Face]:
        """Return all faces of a picture, whatever its orientation.

        Args:
            image: RGB uint8, shape (height, width, 3).

        Returns:
            Faces with boxes in pixels of the picture; refused faces have no rating.
        """
        faces = self.guard.check(image, detect_any_way_up(self.detector, image))
        return self.classifier.rate(image, faces)

    def warm_up(self) -> None:
        """Run every stage once, so that the first real picture does not wait for lazy loading."""
        image = np.full((240, 320, 3), 128, np.uint8)
        self.analyze(image)
        imagined = [Face(Box(100, 60, 120, 160), detection=1.0, pose=Pose(roll=0.0, turn=0.0, eyes=0.5))]
        self.guard.check(image, imagined)
        self.classifier.rate(image, imagined)


def load_analyzer(detector: str, classifier: str, settings: RatingSettings) -> Analyzer:
    """Load an analyzer from models of the manifest.

    Raises:
        UnknownModelError: no such model. WeightsError: a file is missing or damaged.
    """
    return Analyzer(load_any_way_up(detector, settings), load_guard(settings), load_classifier(classifier, settings))
