"""A worker's state between jobs."""

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
    """The most recently used models, the archives being rated, and a callback to report a job's stage.

    Attributes:
        settings: received from the server.
        archives: zips by the number that the server assigned.
    """

    def __init__(self, settings: WorkerSettings, report_stage: Callable[[str], None]) -> None:
        """Create an empty workbench.

        Args:
            settings: received from the server.
            report_stage: called with each stage that begins.
        """
        self.settings = settings
        # A single thread: live video needs the other cores, and slows down where it shares one.
        self._rating = settings.rating.model_copy(update={"threads": 1})
        self.archives: dict[int, bytes] = {}
        self._report_stage = report_stage
        self._guard: AgeGuard | None = None
        self._detector: Detector | None = None
        self._classifier: RatingClassifier | None = None

    def detector(self, name: str) -> Detector:
        """Return a detector; only the last one is kept.

        Raises:
            UnknownModelError, WeightsError: see core.models.detector.
        """
        if self._detector is None or self._detector.name != name:
            self._detector = None
            self._detector = load_any_way_up(name, self._rating)
        return self._detector

    def classifier(self, name: str) -> RatingClassifier:
        """Return a classifier; only the last one is kept.

        Raises:
            UnknownModelError, WeightsError: see core.models.classifier.
        """
        if self._classifier is None or self._classifier.name != name:
            self._classifier = None
            self._classifier = load_classifier(name, self._rating)
        return self._classifier

    def guard(self) -> AgeGuard:
        """Return the guard.

        Raises:
            WeightsError: see core.models.age_guard.
        """
        self._guard = self._guard or load_guard(self._rating)
        return self._guard

    def analyzer(self, detector: str, classifier: str) -> Analyzer:
        """Return the pipeline with these two models.

        Raises:
            UnknownModelError, WeightsError: one cannot be loaded.
        """
        return Analyzer(self.detector(detector), self.guard(), self.classifier(classifier))

    @contextmanager
    def opening(self, extra_bytes: int = 0) -> Iterator[None]:
        """Enter the stage of opening an untrusted file: report it to the server and apply the resource limits.

        Args:
            extra_bytes: bytes allowed in addition to those for a picture.
        """
        self._report_stage(OPENING)
        megapixels = self.settings.pictures.max_megapixels
        with limits.opening(limits.opening_cpu(megapixels), limits.opening_memory(megapixels) + extra_bytes):
            yield
        self._report_stage(WORKING)
