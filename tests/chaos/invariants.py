"""Invariants during and after a fault; each violation is a message. Pure functions of observations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.chaos.faults.fault import Health
from tests.chaos.health import Said
from tests.chaos.requests import Outcome


@dataclass(frozen=True, slots=True)
class Seen:
    """Observations of one viewer.

    struck: whether the fault may stop this video. went_on: whether analyses and, if the server draws, pictures arrived
    during the fault. connections: number established, before and after. ended: how the last established one ended.
    """

    name: str
    struck: bool
    went_on: bool
    connections: tuple[int, int]
    ended: str = ""


def videos(seen: Iterable[Seen]) -> list[str]:
    """Check that no unaffected video stops."""
    wrong = []
    for one in seen:
        if one.struck:
            continue
        if one.connections[0] != one.connections[1]:
            wrong.append(f"the video of {one.name} had to be begun anew: {one.ended}")
        if not one.went_on:
            wrong.append(f"the video of {one.name} stopped")
    return wrong


def health(expected: Health, checks: Sequence[Said]) -> list[str]:
    """Check that health checks are truthful during a fault. checks: the checks from its start to its end."""
    words = [one.word if one.status else "no answer" for one in checks]
    counted = ", ".join(f"{words.count(word)} x {word}" for word in sorted({*words})) or "nothing"
    ready = sum(one.status == 200 for one in checks)
    if expected == "ready" and (not ready or any(one.status not in {0, 200} for one in checks)):
        return [f"health was expected to be ready, and said {counted}"]
    if expected == "gone" and ready:
        return [f"health was expected to be silent, and said {counted}"]
    if expected == "broken" and ready:
        return [f"health was expected to be broken, and said {counted}"]
    return []


def requests(outcomes: Iterable[Outcome], cuts: bool) -> list[str]:
    """Check that every request is answered or refused with a message, never half; cut only if its server stopped."""
    wrong = []
    for one in outcomes:
        if one.how == "half" or (one.how == "cut" and not cuts):
            wrong.append(f"a request ({one.kind}) ended {one.how}, status {one.status}: {one.message[:120]!r}")
    return wrong


def promised(cookie: bool, key: bool) -> list[str]:
    """Check that credentials issued earlier remain valid."""
    wrong = [] if cookie else ["a session that was begun before is not let in any more"]
    return wrong if key else [*wrong, "a key that was made before is none any more"]


def left_over(processes: Sequence[int], files: Sequence[str]) -> list[str]:
    """Check that nothing is left behind."""
    wrong = [f"{len(processes)} processes are left over"] if processes else []
    return [*wrong, f"files are left over: {', '.join(files[:5])}"] if files else wrong
