"""Viewer: one stream's interface to the engine: its newest frame in, its newest faces out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.face import Face
from core.images.crop import Image
from core.live.metrics import Rate
from core.live.scene import Scene

SILENT_AFTER = 10.0
"""A viewer who has sent no frame for this many seconds counts as gone, whatever the connection's state."""

UNHEARD_AFTER = 3.0
"""A viewer who has never sent a frame keeps a seat for this many seconds only."""

PRESENT = 0.5
"""A viewer whose last frame is newer than this many seconds is expected to send another."""


class FrameFollower(Protocol):
    """Analyses a viewer's frames in order, such as core.live.follower.Follower."""

    scene: Scene | None
    refusals: Counter[str]

    def analyze(self, image: Image, now: float) -> list[Face]:
        """Return the faces of an RGB uint8 frame at a time, seconds; `scene` then holds them for drawing."""
        ...


@dataclass(slots=True)
class Counts:
    """Frames so far. received: submitted. analysed, dropped, failed: their outcomes."""

    received: int = 0
    analysed: int = 0
    dropped: int = 0
    failed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.received + other.received,
            self.analysed + other.analysed,
            self.dropped + other.dropped,
            self.failed + other.failed,
        )


@dataclass(slots=True)
class Slot:
    """A viewer's pending newest frame: RGB uint8 or a function that returns it; and its arrival time, seconds."""

    frame: Image | Callable[[], Image]
    time: float

    @property
    def image(self) -> Image:
        """Return the frame, converting it if necessary."""
        return self.frame() if callable(self.frame) else self.frame


class FrameServer(Protocol):
    """The part of core.live.engine.Engine that a viewer needs."""

    def submit(self, viewer: Viewer, slot: Slot) -> None:
        """Take a frame."""
        ...

    def remove(self, viewer: Viewer) -> None:
        """Remove the viewer and free its seat."""
        ...


class Viewer:
    """One viewer of an engine; only the engine writes its attributes.

    Attributes:
        number: unique, never reused. seat: below the engine's `max_viewers`; None while the server is full.
        scene: the newest known faces. failed: whether the last frame could not be analysed. left: gone for good.
            counts, sent, analysed: its frames; a sent one's value is whether it replaced a pending one. seated: when it
            got the seat, seconds. slot: the pending frame. last_frame: when the last one came, seconds; before the
            first, when it joined. heard: whether one came.
    """

    def __init__(self, engine: FrameServer, number: int, follower: FrameFollower, now: float) -> None:
        self.follower = follower
        self.number = number
        self.seat: int | None = None
        self.scene: Scene | None = None
        self.failed = False
        self.left = False
        self.counts = Counts()
        self.sent, self.analysed = Rate(), Rate()
        self.seated = now
        self.slot: Slot | None = None
        self.last_frame = now
        self.heard = False
        self._engine = engine

    def submit(self, frame: Image | Callable[[], Image], now: float) -> None:
        """Submit a frame, or a function that returns one, without blocking. The engine keeps only the newest.

        Frames are never modified. A function is called in the engine's thread, and only if the frame is analysed.
        """
        self._engine.submit(self, Slot(frame, now))

    def faces(self, now: float, size: tuple[int, int]) -> list[Face]:
        """Newest known faces, extrapolated to a time, seconds, in a frame of a size (width, height), pixels."""
        scene = self.scene
        return scene.at(now, size) if scene and not self.failed else []

    def behind(self, now: float) -> bool:
        """Whether frames arrive but analysis lags behind."""
        fresh = self.scene is not None and not self.scene.stale(now)
        return self.seat is not None and self.counts.received > 0 and not fresh and not self.failed

    def present(self, now: float) -> bool:
        """Whether another frame is expected soon."""
        return now - self.last_frame < PRESENT

    def silent(self, now: float) -> bool:
        """Whether the viewer counts as gone."""
        return now - self.last_frame >= (SILENT_AFTER if self.heard else UNHEARD_AFTER)

    def leave(self) -> None:
        """Give the seat back, for good."""
        self._engine.remove(self)
