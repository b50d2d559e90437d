"""The result of a check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Severity: fine, something to know about, or something that keeps the page from working."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result: its subject, what was found, and advice if there is anything to do."""

    level: Level
    subject: str
    message: str
    advice: str = ""


def ok(subject: str, message: str) -> Finding:
    """Return a finding for a check that passed."""
    return Finding(Level.OK, subject, message)


def warning(subject: str, message: str, advice: str) -> Finding:
    """Return a finding for a page that works, but not for everybody or not well."""
    return Finding(Level.WARNING, subject, message, advice)


def failure(subject: str, message: str, advice: str) -> Finding:
    """Return a finding for a page that does not work, or that some people cannot use at all."""
    return Finding(Level.FAILURE, subject, message, advice)
