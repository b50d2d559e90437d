"""Estimators of ages for tests, and what they say."""

from __future__ import annotations

from core.face import Face
from core.images.crop import Image
from core.models.ages import AgeReading

ADULT, UNCLEAR, CHILD = AgeReading(40, 0.002), AgeReading(25, 0.1), AgeReading(9, 0.99)


class Says:
    """An estimator that says what it is told. looks: the views it was asked for."""

    def __init__(self, reading: AgeReading = ADULT, views: int = 2) -> None:
        self.reading = reading
        self.views = views
        self.looks: list[int] = []

    def look(self, image: Image, face: Face, view: int = 0) -> AgeReading:
        self.looks.append(view)
        return self.reading

    def __call__(self, image: Image, face: Face) -> AgeReading:
        return self.reading
