"""A viewer's choice of models, and the analyzer that follows from it: loaded aside, while the video goes on."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from core.analyzer import Analyzer
from core.live.follower import Follower
from core.models.orientation import with_threshold

PATIENCE = 0.05
"""Seconds within which a model that is loaded already is handed over."""

_loaders = ThreadPoolExecutor(max_workers=2, thread_name_prefix="models")


@dataclass(frozen=True, slots=True)
class Choice:
    """detector, classifier: by name. line: the rating that divides the labels, and confidence: the least detection
    that counts as a face; None for the models' own.
    """

    detector: str
    classifier: str
    line: float | None = None
    confidence: float | None = None

    def made_of(self, analyzer: Analyzer) -> Analyzer:
        """An analyzer of the two models, with this choice's line and confidence."""
        if self.line is not None:
            analyzer = replace(analyzer, classifier=analyzer.classifier.at(self.line))
        if self.confidence is not None:
            analyzer = replace(analyzer, detector=with_threshold(analyzer.detector, self.confidence))
        return analyzer


def _submitted(load: Callable[[str, str], Analyzer], choice: Choice) -> Future[Analyzer]:
    """The loading of a choice; failed at once where the system gives no thread for it."""
    try:
        return _loaders.submit(load, choice.detector, choice.classifier)
    except RuntimeError as error:
        failed: Future[Analyzer] = Future()
        failed.set_exception(error)
        return failed


class Switch:
    """Gives a viewer's follower the analyzer of the newest choice as soon as it is loaded. For use by any thread.

    Attributes:
        analyzer: of the last choice that could be loaded; None before the first.
        error: why the newest choice could not be; else None.
        loading: whether the newest choice is still being loaded.
    """

    def __init__(self, load: Callable[[str, str], Analyzer]) -> None:
        """Args:
        load: gives the analyzer of a detector and a classifier, by name; quickly when it did before.
        """
        self.analyzer: Analyzer | None = None
        self.error: BaseException | None = None
        self.loading = False
        self._load = load
        self._choice: Choice | None = None
        self._follower: weakref.ref[Follower] | None = None
        self._lock = threading.Lock()

    def choose(self, choice: Choice, patience: float | None = PATIENCE) -> None:
        """Ask for a choice. Nothing happens when it is the one before.

        Args:
            choice: of models.
            patience: seconds to wait for it; None for as long as it takes.
        """
        with self._lock:
            if choice == self._choice:
                return
            self._choice, self.error, self.loading = choice, None, True
        future = _submitted(self._load, choice)
        taken = threading.Event()

        def take(done: Future[Analyzer]) -> None:
            try:
                self._take(choice, done)
            finally:
                taken.set()

        future.add_done_callback(take)
        taken.wait(patience)

    def drive(self, follower: Follower) -> None:
        """From now on it is this follower whose analyzer is replaced."""
        with self._lock:
            self._follower = weakref.ref(follower)
            if self.analyzer is not None:
                follower.analyzer = self.analyzer

    def _take(self, choice: Choice, done: Future[Analyzer]) -> None:
        analyzer: Analyzer | None = None
        error: BaseException | None = None
        try:
            analyzer = choice.made_of(done.result())
        except BaseException as failed:
            error = failed
        with self._lock:
            if choice != self._choice:
                return
            self.loading, self.error = False, error
            if analyzer is None:
                # So that choosing it once more tries once more.
                self._choice = None
                return
            self.analyzer = analyzer
            follower = self._follower() if self._follower is not None else None
            if follower is not None:
                follower.analyzer = self.analyzer
