"""Who comes when. Pure: the same seed and number give the same cycle.

A soak is a row of cycles, each a busy time and a rest in which nobody is there. Every cycle has the same mixture, so
that quarters of a soak can be compared; the seed decides order, times and details.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

T = TypeVar("T")

Mode = Literal["overlay", "drawn"]
Path = Literal["well", "lossy", "slow", "outage", "returns"]
"""The network of a visitor: good; losing packets; slow and late; dead for some seconds; lost, so that the visitor comes
back with another connection for the same session."""
Leaves = Literal["stops", "vanishes"]

MODES: tuple[Mode, ...] = ("overlay", "drawn")
PATHS: tuple[Path, ...] = ("well", "lossy", "slow", "outage", "returns")
LEAVES: tuple[Leaves, ...] = ("stops", "vanishes", "stops")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a visitor switches to: models by name, and the rating that divides the labels."""

    detector: str
    classifier: str
    threshold: float


@dataclass(frozen=True, slots=True)
class Visit:
    """A live viewer. at, stay: seconds. switches: one after another, spread over the stay."""

    at: float
    mode: Mode
    path: Path
    stay: float
    leaves: Leaves
    switches: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Upload:
    """A visitor of the photos page. files: by name in tests.soak.photos.FILES."""

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
    """How a cycle looks. Times in seconds.

    busy, rest: the two parts. visits, uploads, files: how many live visitors, visitors of the photos page, and pictures
    that each of those brings. detectors, classifiers: what visitors choose from. probe: between two probes.
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
    # What a page left is kept for two minutes, as its viewer may come back (webapp.server.departures).
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
    """What happens in a cycle, by time; times count from its begin.

    Args:
        number: of the cycle, from 1.
        calls: names; each comes once a cycle.
        files: names to choose from.
    """
    rng = random.Random(f"{seed}/{number}")
    events: list[Event] = [*_visits(rng, shape), *_uploads(rng, shape, files), *_calls(rng, shape, calls)]
    return tuple(sorted(events, key=lambda event: event.at))


def _visits(rng: random.Random, shape: Shape) -> list[Visit]:
    """One in each slot of the busy time; most have left before the next one comes."""
    slot = shape.busy / shape.visits
    modes, paths, leaves = (
        _mixed(rng, MODES, shape.visits),
        _mixed(rng, PATHS, shape.visits),
        _mixed(rng, LEAVES, shape.visits),
    )
    return [
        Visit(
            at=slot * (place + 0.2 * rng.random()),
            mode=modes[place],
            path=paths[place],
            stay=slot * (0.5 + 0.2 * rng.random()),
            leaves=leaves[place],
            switches=tuple(_choice(rng, shape) for _ in range(1 + place % 2)),
        )
        for place in range(shape.visits)
    ]


def _choice(rng: random.Random, shape: Shape) -> Choice:
    return Choice(rng.choice(shape.detectors), rng.choice(shape.classifiers), round(rng.uniform(2.0, 4.0), 2))


def _uploads(rng: random.Random, shape: Shape, files: Sequence[str]) -> list[Upload]:
    slot = shape.busy / shape.uploads
    leaves = _mixed(rng, LEAVES, shape.uploads)
    return [
        Upload(slot * (place + 0.8 * rng.random()), tuple(rng.sample(files, shape.files)), leaves[place])
        for place in range(shape.uploads)
    ]


def _calls(rng: random.Random, shape: Shape, calls: Sequence[str]) -> list[Call]:
    slot = shape.busy / len(calls)
    return [Call(slot * (place + 0.8 * rng.random()), name) for place, name in enumerate(rng.sample(calls, len(calls)))]


def _mixed(rng: random.Random, kinds: Sequence[T], count: int) -> list[T]:
    """So many, each kind as often as the others as far as that goes, in any order."""
    many = [kinds[place % len(kinds)] for place in range(count)]
    rng.shuffle(many)
    return many
