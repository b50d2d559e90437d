"""What a live client is told, as JSON: a version, a type, and the fields of that type (docs/live.md has the table).

Faces are those of the file contract, with boxes in pixels of the frame that was analysed, and how each box moves. A
track is a number within one session; nothing here says who anybody is.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from core.face import Face
from core.live.scene import Motion, Scene

VERSION = 1
"""Goes up when a field changes its meaning or goes. New fields and new types may come at any time."""

StateName = Literal["live", "silent", "waiting", "failed", "behind", "stopping"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message. type: its name."""

    type: ClassVar[str]

    def fields(self) -> dict[str, Any]:
        """What it says, ready for JSON."""
        return asdict(self)


def encode(message: Message) -> str:
    """A message as it is sent: one JSON object."""
    return json.dumps({"version": VERSION, "type": message.type, **message.fields()}, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Hello(Message):
    """The first message of each connection.

    session: its id. mode: "overlay" or "drawn". labels: above the threshold, and at or below it. threshold: the rating
    that divides them, 1 to 5.
    """

    type = "hello"
    session: str
    mode: str
    labels: tuple[str, str]
    threshold: float

    def fields(self) -> dict[str, Any]:
        """See Message."""
        return asdict(self) | {"threshold": round(self.threshold, 3)}


@dataclass(frozen=True, slots=True)
class State(Message):
    """How the session does; sent when that changes.

    state: "live", all is well; "silent", no picture arrives; "waiting", for a place on a full server; "failed", the
    last frame could not be analysed; "behind", frames arrive and nothing new is known of them; "stopping", the server
    is about to stop.
    """

    type = "state"
    state: StateName


@dataclass(frozen=True, slots=True)
class Chosen(Message):
    """What the session goes by; sent when that changes.

    number: of the client's newest choice that was taken. detector, classifier, threshold: in use now. loading: whether
    what was chosen is still being loaded. error: why it cannot be used, in a sentence; None where it can.
    """

    type = "chosen"
    number: int
    detector: str
    classifier: str
    threshold: float
    loading: bool
    error: str | None

    def fields(self) -> dict[str, Any]:
        """See Message."""
        return asdict(self) | {"threshold": round(self.threshold, 3)}


@dataclass(frozen=True, slots=True)
class Refused(Message):
    """A choice that was not taken. reason: what was expected and what was received."""

    type = "refused"
    reason: str


@dataclass(frozen=True, slots=True)
class Figures(Message):
    """How session and server do.

    fps: frames of the session that were analysed, a second. latency: seconds that a frame takes through the server.
    load: share of the server's cores in use, 0 to 1. viewers, max_viewers: places taken, and places.
    """

    type = "figures"
    fps: float
    latency: float
    load: float
    viewers: int
    max_viewers: int

    def fields(self) -> dict[str, Any]:
        """See Message."""
        rounded = {"fps": round(self.fps, 1), "latency": round(self.latency, 4), "load": round(self.load, 3)}
        return asdict(self) | rounded


@dataclass(frozen=True, slots=True)
class FrameTime:
    """When a frame was taken, in terms that its sender knows too.

    media: seconds of video since the first frame of the connection. rtp: the frame's RTP timestamp as it came, 32 bits
    at 90 kHz; None when that is not known.
    """

    media: float
    rtp: int | None = None


@dataclass(frozen=True, slots=True)
class Faces(Message):
    """One analysed frame. scene: what it showed. time: when it was taken. age: seconds since it was decoded here."""

    type = "faces"
    scene: Scene
    time: FrameTime
    age: float

    def fields(self) -> dict[str, Any]:
        """See Message."""
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
    """How fast x, y, w and h of a face's box change, pixels a second, rounded to a tenth."""
    w, h = face.box.w * motion.w, face.box.h * motion.h
    return [round(float(value), 1) for value in (motion.cx - w / 2, motion.cy - h / 2, w, h)]
