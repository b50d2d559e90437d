"""A worker's bench: what it keeps at hand between jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.analyzer import Analyzer
from core.models.age_guard import AgeGuard, load_guard
from core.models.classifier import RatingClassifier, load_classifier
from core.models.detector import Detector
from core.models.orientation import load_any_way_up
from webapp.sandbox import limits
from webapp.sandbox.wire import OPENING, WORKING
from webapp.sandbox.worker_settings import WorkerSettings


class Workbench:
    """The models that were used last, the archives that are being rated, and the way to say how far a job is.

    Attributes:
        settings: what the server told of its own.
        archives: zips by the number that the server gave them.
    """

    def __init__(self, settings: WorkerSettings, tell: Callable[[str], None]) -> None:
        """Args:
        tell: called with the stage that begins.
        """
        self.settings = settings
        # One thread: the other cores are for live video, which waits for whoever shares one with it.
        self._rating = settings.rating.model_copy(update={"threads": 1})
        self.archives: dict[int, bytes] = {}
        self._tell = tell
        self._guard: AgeGuard | None = None
        self._detector: Detector | None = None
        self._classifier: RatingClassifier | None = None

    def detector(self, name: str) -> Detector:
        """A detector; the last one is kept, others are dropped.

        Raises:
            UnknownModelError, WeightsError: see core.models.detector.
        """
        if self._detector is None or self._detector.name != name:
            self._detector = None
            self._detector = load_any_way_up(name, self._rating)
        return self._detector

    def classifier(self, name: str) -> RatingClassifier:
        """A classifier; the last one is kept, others are dropped.

        Raises:
            UnknownModelError, WeightsError: see core.models.classifier.
        """
        if self._classifier is None or self._classifier.name != name:
            self._classifier = None
            self._classifier = load_classifier(name, self._rating)
        return self._classifier

    def guard(self) -> AgeGuard:
        """The guard.

        Raises:
            WeightsError: see core.models.age_guard.
        """
        self._guard = self._guard or load_guard(self._rating)
        return self._guard

    def analyzer(self, detector: str, classifier: str) -> Analyzer:
        """The pipeline with these two.

        Raises:
            UnknownModelError, WeightsError: one cannot be had.
        """
        return Analyzer(self.detector(detector), self.guard(), self.classifier(classifier))

    @contextmanager
    def opening(self, more: int = 0) -> Iterator[None]:
        """Around the opening of a stranger's file: the server is told, and the limits hold.

        Args:
            more: bytes that it may take beside what a picture may.
        """
        self._tell(OPENING)
        with limits.opening(memory=limits.OPENING_MEMORY + more):
            yield
        self._tell(WORKING)
