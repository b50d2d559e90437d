"""Poll a server's health while faults are injected and repaired."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass

EVERY = 0.15
"""Polling interval in seconds."""
TIMEOUT = 2.0
"""Timeout of a health check in seconds."""


@dataclass(frozen=True, slots=True)
class Said:
    """A health check. begin, end: monotonic seconds. status: 0 for no response. word, viewers: from the response."""

    begin: float
    end: float
    status: int
    word: str = ""
    viewers: int = 0


def ask_health(url: str, timeout: float = TIMEOUT) -> Said:
    """Send one request to /healthz."""
    begin = time.monotonic()
    status, body = 0, {}
    with suppress(OSError, ValueError):
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=timeout) as answer:
                status, body = answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            status, body = error.code, json.load(error)
    return Said(begin, time.monotonic(), status, str(body.get("status", "")), int(body.get("viewers", 0)))


class Prober:
    """Polls one server in a thread of its own.

    Attributes:
        checks: all results, in order.
    """

    def __init__(self, url: str) -> None:
        self.checks: list[Said] = []
        self._url = url
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="health", daemon=True)

    def start(self) -> None:
        """Start polling."""
        self._thread.start()

    def stop(self) -> None:
        """Stop polling."""
        self._over.set()
        self._thread.join()

    def within(self, since: float, until: float) -> list[Said]:
        """Return the checks that began and ended in [since, until]."""
        return [check for check in self.checks if check.begin >= since and check.end <= until]

    def _run(self) -> None:
        while not self._over.wait(EVERY):
            self.checks.append(ask_health(self._url))
