"""Switch a viewer's models: the new analyzer is loaded in the background while the video continues."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache

from core.analyzer import Analyzer
from core.live.follower import Follower
from core.models.orientation import with_threshold
from webapp.common.threads import filled_pool

PATIENCE = 0.05
"""Seconds to wait for the analyzer, enough if the models are already loaded."""

LOADERS = 2
"""Threads that load models, so that a viewer with a fast model does not wait for another's slow one."""


@cache
def _loaders() -> ThreadPoolExecutor:
    return filled_pool(LOADERS, "models")


@dataclass(frozen=True, slots=True)
class Choice:
    """A selection of models.

    detector, classifier: names. line: the rating that divides the labels, and confidence: the minimum detection
    confidence of a face; None for the models' own values.
    """

    detector: str
    classifier: str
    line: float | None = None
    confidence: float | None = None

    def made_of(self, analyzer: Analyzer) -> Analyzer:
        """Return an analyzer of the two models with this selection's threshold and confidence."""
        if self.line is not None:
            analyzer = replace(analyzer, classifier=analyzer.classifier.at(self.line))
        if self.confidence is not None:
            analyzer = replace(analyzer, detector=with_threshold(analyzer.detector, self.confidence))
        return analyzer


def _submitted(load: Callable[[str, str], Analyzer], choice: Choice) -> Future[Analyzer]:
    """Start loading a selection; the future fails at once if the system provides no thread for it."""
    try:
        return _loaders().submit(load, choice.detector, choice.classifier)
    except RuntimeError as error:
        failed: Future[Analyzer] = Future()
        failed.set_exception(error)
        return failed


@dataclass(frozen=True, slots=True)
class SwitchState:
    """State of a switch at one moment.

    analyzer: of the last selection that could be loaded; None before the first. error: why the latest selection could
    not be loaded, else None. loading: whether the latest selection is still being loaded.
    """

    analyzer: Analyzer | None = None
    error: BaseException | None = None
    loading: bool = False


class Switch:
    """Hands the analyzer of the latest selection to a viewer's follower once it is loaded. Thread-safe.

    Attributes:
        state: the current state. It is replaced as a whole, so read it once to get values that belong together.
    """

    def __init__(self, load: Callable[[str, str], Analyzer]) -> None:
        """Create a switch. load: returns the analyzer of a named detector and classifier; fast if loaded before."""
        self.state = SwitchState()
        self._load = load
        self._choice: Choice | None = None
        self._follower: weakref.ref[Follower] | None = None
        self._lock = threading.Lock()

    def choose(self, choice: Choice, patience: float | None = PATIENCE) -> None:
        """Request a selection; does nothing if it is the current one.

        Args:
            choice: the selection.
            patience: seconds to wait for it; None to wait until it is loaded.
        """
        with self._lock:
            if choice == self._choice:
                return
            self._choice, self.state = choice, SwitchState(self.state.analyzer, loading=True)
        future = _submitted(self._load, choice)
        taken = threading.Event()

        def take(completed: Future[Analyzer]) -> None:
            try:
                self._take(choice, completed)
            finally:
                taken.set()

        future.add_done_callback(take)
        taken.wait(patience)

    def drive(self, follower: Follower) -> None:
        """Set the follower whose analyzer is replaced from now on."""
        with self._lock:
            self._follower = weakref.ref(follower)
            if self.state.analyzer is not None:
                follower.analyzer = self.state.analyzer

    def _take(self, choice: Choice, completed: Future[Analyzer]) -> None:
        analyzer: Analyzer | None = None
        error: BaseException | None = None
        try:
            analyzer = choice.made_of(completed.result())
        except BaseException as failed:
            error = failed
        with self._lock:
            if choice != self._choice:
                return
            if analyzer is None:
                # So that selecting it again retries.
                self._choice, self.state = None, SwitchState(self.state.analyzer, error)
                return
            follower = self._follower() if self._follower is not None else None
            if follower is not None:
                follower.analyzer = analyzer
            self.state = SwitchState(analyzer)
