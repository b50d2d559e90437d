"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is: nothing, something to know about, or what keeps the page from working."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: about what, what was found, and what to do about it, if there is anything to do."""

    level: Level
    subject: str
    said: str
    advice: str = ""


def ok(subject: str, said: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, subject, said)


def warning(subject: str, said: str, advice: str) -> Finding:
    """The page works, but not for everybody or not well."""
    return Finding(Level.WARNING, subject, said, advice)


def failure(subject: str, said: str, advice: str) -> Finding:
    """The page does not work, or somebody cannot use it at all."""
    return Finding(Level.FAILURE, subject, said, advice)
