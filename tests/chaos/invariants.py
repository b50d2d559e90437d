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


def videos(viewers: Iterable[Seen]) -> list[str]:
    """Check that no unaffected video stops."""
    violations = []
    for viewer in viewers:
        if viewer.struck:
            continue
        if viewer.connections[0] != viewer.connections[1]:
            violations.append(f"the video of {viewer.name} had to be begun anew: {viewer.ended}")
        if not viewer.went_on:
            violations.append(f"the video of {viewer.name} stopped")
    return violations


def health(expected: Health, checks: Sequence[Said]) -> list[str]:
    """Check that health checks are truthful during a fault. checks: the checks from its start to its end."""
    words = [check.word if check.status else "no answer" for check in checks]
    tally = ", ".join(f"{words.count(word)} x {word}" for word in sorted({*words})) or "nothing"
    ready_checks = sum(check.status == 200 for check in checks)
    if expected == "ready" and (not ready_checks or any(check.status not in {0, 200} for check in checks)):
        return [f"health was expected to be ready, and said {tally}"]
    if expected == "gone" and ready_checks:
        return [f"health was expected to be silent, and said {tally}"]
    if expected == "broken" and ready_checks:
        return [f"health was expected to be broken, and said {tally}"]
    return []


def requests(outcomes: Iterable[Outcome], cuts: bool) -> list[str]:
    """Check that every request is answered or refused with a message, never half; cut only if its server stopped."""
    violations = []
    for outcome in outcomes:
        if outcome.how == "half" or (outcome.how == "cut" and not cuts):
            violations.append(
                f"a request ({outcome.kind}) ended {outcome.how}, status {outcome.status}: {outcome.message[:120]!r}"
            )
    return violations


def promised(cookie: bool, key: bool) -> list[str]:
    """Check that credentials issued earlier remain valid."""
    violations = [] if cookie else ["a session that was begun before is not let in any more"]
    return violations if key else [*violations, "a key that was made before is none any more"]


def left_over(processes: Sequence[int], files: Sequence[str]) -> list[str]:
    """Check that nothing is left behind."""
    violations = [f"{len(processes)} processes are left over"] if processes else []
    return [*violations, f"files are left over: {', '.join(files[:5])}"] if files else violations
