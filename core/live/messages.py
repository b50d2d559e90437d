"""Messages to a live client, as JSON: a version, a type, and the fields of that type (docs/live.md has the table).

Faces are those of the file contract, with boxes in pixels of the analysed frame, and each box's velocity. A track is a
number within one session; nothing here identifies anybody.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from core.face import Face
from core.live.scene import Motion, Scene

VERSION = 1
"""Incremented when a field is removed or changes its meaning. New fields and types may be added at any time."""

StateName = Literal["live", "silent", "waiting", "failed", "behind", "stopping"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message. type: its name."""

    type: ClassVar[str]

    def fields(self) -> dict[str, Any]:
        """Return the message's content, ready for JSON."""
        return asdict(self)


def encode(message: Message) -> str:
    """Encode a message as one JSON object."""
    return json.dumps({"version": VERSION, "type": message.type, **message.fields()}, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Hello(Message):
    """The first message of each connection.

    session: its id. mode: "overlay" or "drawn". labels: above the threshold, and at or below it. threshold: the rating
    that separates them, 1 to 5.
    """

    type = "hello"
    session: str
    mode: str
    labels: tuple[str, str]
    threshold: float

    def fields(self) -> dict[str, Any]:
        """Return the message's content, ready for JSON."""
        return asdict(self) | {"threshold": round(self.threshold, 3)}


@dataclass(frozen=True, slots=True)
class State(Message):
    """The state of the session; sent when it changes.

    state: "live", all is well; "silent", no frames arrive; "waiting", for a seat on a full server; "failed", the last
    frame could not be analysed; "behind", frames arrive but analysis lags; "stopping", the server is about to stop.
    """

    type = "state"
    state: StateName


@dataclass(frozen=True, slots=True)
class Chosen(Message):
    """The session's models and threshold; sent when they change.

    number: of the client's newest choice that was accepted. detector, classifier, threshold: in use now. loading:
    whether the choice is still being loaded. error: a sentence on why it cannot be used, or None.
    """

    type = "chosen"
    number: int
    detector: str
    classifier: str
    threshold: float
    loading: bool
    error: str | None

    def fields(self) -> dict[str, Any]:
        """Return the message's content, ready for JSON."""
        return asdict(self) | {"threshold": round(self.threshold, 3)}


@dataclass(frozen=True, slots=True)
class Refused(Message):
    """A choice that was rejected. reason: what was expected and what was received."""

    type = "refused"
    reason: str


@dataclass(frozen=True, slots=True)
class Figures(Message):
    """Performance of session and server.

    fps: analysed frames of the session a second. latency: seconds that a frame takes through the server. load: share of
    the server's cores in use, 0 to 1. viewers, max_viewers: seats taken, and seats in all.
    """

    type = "figures"
    fps: float
    latency: float
    load: float
    viewers: int
    max_viewers: int

    def fields(self) -> dict[str, Any]:
        """Return the message's content, ready for JSON."""
        rounded = {"fps": round(self.fps, 1), "latency": round(self.latency, 4), "load": round(self.load, 3)}
        return asdict(self) | rounded


@dataclass(frozen=True, slots=True)
class FrameTime:
    """When a frame was captured, on time scales that the sender knows, too.

    media: seconds of video since the first frame of the connection. rtp: the frame's original RTP timestamp, 32 bits at
    90 kHz; None if unknown.
    """

    media: float
    rtp: int | None = None


@dataclass(frozen=True, slots=True)
class Faces(Message):
    """One analysed frame. scene: its faces. time: when it was captured. age: seconds since it was decoded."""

    type = "faces"
    scene: Scene
    time: FrameTime
    age: float

    def fields(self) -> dict[str, Any]:
        """Return the message's content, ready for JSON."""
        width, height = self.scene.size
        pairs = zip(self.scene.faces, self.scene.motions, strict=True)
        return {
            "time": round(self.time.media, 4),
            "rtp": self.time.rtp,
            "age": round(self.age, 4),
            "width": width,
            "height": height,
            "faces": [face.to_dict() | {"motion": velocity(face, motion)} for face, motion in pairs],
        }


def velocity(face: Face, motion: Motion) -> list[float]:
    """Return the velocity of x, y, w and h of a face's box, pixels a second, rounded to a tenth."""
    w, h = face.box.w * motion.w, face.box.h * motion.h
    return [round(float(value), 1) for value in (motion.cx - w / 2, motion.cy - h / 2, w, h)]
