"""Schedule of a soak. Pure: the same seed and number give the same cycle.

A soak consists of cycles, each a busy time and a rest in which nobody is there. Every cycle has the same mixture, so
that quarters of a soak are comparable; the seed determines order, times and details.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

T = TypeVar("T")

Mode = Literal["overlay", "drawn"]
Path = Literal["well", "lossy", "slow", "outage", "returns"]
"""The network of a visitor: good; lossy; slow with high latency; interrupted for some seconds; lost, so that the
visitor reconnects to the same session."""
Leaves = Literal["stops", "vanishes"]

MODES: tuple[Mode, ...] = ("overlay", "drawn")
PATHS: tuple[Path, ...] = ("well", "lossy", "slow", "outage", "returns")
LEAVES: tuple[Leaves, ...] = ("stops", "vanishes", "stops")


@dataclass(frozen=True, slots=True)
class Choice:
    """A visitor's selection: models by name, and the threshold between the labels."""

    detector: str
    classifier: str
    threshold: float


@dataclass(frozen=True, slots=True)
class Visit:
    """A live viewer. at, stay: seconds. switches: in order, spread over the stay."""

    at: float
    mode: Mode
    path: Path
    stay: float
    leaves: Leaves
    switches: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Upload:
    """A visitor of the photos page. files: names in tests.soak.photos.FILES."""

    at: float
    files: tuple[str, ...]
    leaves: Leaves


@dataclass(frozen=True, slots=True)
class Call:
    """A request. name: in tests.soak.calls.CALLS."""

    at: float
    name: str


Event = Visit | Upload | Call


@dataclass(frozen=True, slots=True)
class Shape:
    """Shape of a cycle. Times in seconds.

    busy, rest: the two parts. visits, uploads, files: numbers of live visitors, visitors of the photos page, and
    pictures per such visitor. detectors, classifiers: what visitors select from. probe: interval between probes.
    """

    busy: float
    rest: float
    visits: int
    uploads: int
    files: int
    detectors: tuple[str, ...]
    classifiers: tuple[str, ...]
    probe: float


FULL = Shape(
    busy=150.0,
    # A session is kept for two minutes after its page has gone, as the viewer may reconnect (webapp.server.departures).
    rest=135.0,
    visits=5,
    uploads=2,
    files=4,
    detectors=("facegrid", "facegrid_fine", "facetracker"),
    classifiers=("faceres", "mobilenet_v2", "efficientnet_lite0", "cbam_resnet18", "sexyness_cnn"),
    probe=10.0,
)
SHORT = Shape(
    busy=16.0,
    rest=1.0,
    visits=2,
    uploads=1,
    files=3,
    detectors=("facegrid",),
    classifiers=("faceres", "sexyness_cnn"),
    probe=2.0,
)


def cycle(seed: int, number: int, shape: Shape, calls: Sequence[str], files: Sequence[str]) -> tuple[Event, ...]:
    """Return the events of a cycle in order of time, which counts from the cycle's start.

    Args:
        seed: of the soak.
        number: of the cycle, from 1.
        shape: of the cycle.
        calls: names; each is used once per cycle.
        files: names to choose from.
    """
    rng = random.Random(f"{seed}/{number}")
    events: list[Event] = [*_visits(rng, shape), *_uploads(rng, shape, files), *_calls(rng, shape, calls)]
    return tuple(sorted(events, key=lambda event: event.at))


def _visits(rng: random.Random, shape: Shape) -> list[Visit]:
    """Schedule one visit per slot of the busy time; most end before the next one starts."""
    slot = shape.busy / shape.visits
    modes, paths, leaves = (
        _mixed(rng, MODES, shape.visits),
        _mixed(rng, PATHS, shape.visits),
        _mixed(rng, LEAVES, shape.visits),
    )
    return [
        Visit(
            at=slot * (index + 0.2 * rng.random()),
            mode=modes[index],
            path=paths[index],
            stay=slot * (0.5 + 0.2 * rng.random()),
            leaves=leaves[index],
            switches=tuple(_choice(rng, shape) for _ in range(1 + index % 2)),
        )
        for index in range(shape.visits)
    ]


def _choice(rng: random.Random, shape: Shape) -> Choice:
    return Choice(rng.choice(shape.detectors), rng.choice(shape.classifiers), round(rng.uniform(2.0, 4.0), 2))


def _uploads(rng: random.Random, shape: Shape, files: Sequence[str]) -> list[Upload]:
    slot = shape.busy / shape.uploads
    leaves = _mixed(rng, LEAVES, shape.uploads)
    return [
        Upload(slot * (index + 0.8 * rng.random()), tuple(rng.sample(files, shape.files)), leaves[index])
        for index in range(shape.uploads)
    ]


def _calls(rng: random.Random, shape: Shape, calls: Sequence[str]) -> list[Call]:
    slot = shape.busy / len(calls)
    return [Call(slot * (index + 0.8 * rng.random()), name) for index, name in enumerate(rng.sample(calls, len(calls)))]


def _mixed(rng: random.Random, kinds: Sequence[T], count: int) -> list[T]:
    """Return `count` items in random order, each kind as often as the others as far as possible."""
    items = [kinds[index % len(kinds)] for index in range(count)]
    rng.shuffle(items)
    return items
