"""Photos sent over the API and the photos page while faults are injected, and the outcome of each."""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.parse
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from tests import faces
from tests.patience import PATIENCE

Kind = Literal["call", "upload"]
End = Literal["answered", "refused", "cut", "half"]
"""Answered completely; refused with a message; cut off detectably, by the connection or the response itself; or none of
these: a truncated response that looks complete."""

PICTURE = faces.FOLDER / faces.ADULT
EVERY = 1.0
"""Seconds between a response and the next request."""
SHORTEST = 20
"""Minimum length of a meaningful message in characters."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of one request. begin, end: monotonic seconds. message: the refusal's message; for half, what arrived."""

    kind: Kind
    begin: float
    end: float
    how: End
    status: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response.

    status: 0 if there was none. whole: whether the body is complete. kind: content type. cookies: set by it, as
    NAME=VALUE.
    """

    status: int
    kind: str
    body: bytes
    whole: bool
    cookies: tuple[str, ...] = ()


def ask(url: str, path: str, body: bytes, headers: dict[str, str], method: str = "POST") -> Answer:
    """Send one request; returns an answer however it ends."""
    parts = urllib.parse.urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
    status, kind, data = 0, "", b""
    cookies: tuple[str, ...] = ()
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        status, kind = response.status, response.getheader("content-type", "")
        cookies = tuple(cookie.partition(";")[0] for cookie in response.headers.get_all("set-cookie", []))
        data = response.read()
    except http.client.IncompleteRead as error:
        return Answer(status, kind, error.partial, False)
    except (OSError, http.client.HTTPException):
        return Answer(status, kind, data, False)
    finally:
        connection.close()
    return Answer(status, kind, data, True, cookies)


def judge(kind: Kind, answer: Answer) -> tuple[End, str]:
    """Return how a request ended, and its message. Pure."""
    text = answer.body.decode(errors="replace")
    if not answer.whole:
        return "cut", text[:200]
    if answer.status >= 400:
        message = sentence_of(answer.kind, text)
        return ("refused", message) if is_sentence(message) else ("half", text[:200])
    with suppress(ValueError, KeyError, TypeError):
        if kind == "call" and all(isinstance(row["faces"], list) for row in json.loads(text)):
            return "answered", ""
        if kind == "upload":
            return ("answered", "") if all_told(text) else ("cut", text[:200])
    return "half", text[:200]


def all_told(events: str) -> bool:
    """Return whether an event stream reports every picture as done."""
    progress = [json.loads(line.removeprefix("data: ")) for line in events.splitlines() if line.startswith("data: ")]
    return bool(progress) and sum(event["done"] for event in progress) == progress[-1]["of"]


def sentence_of(kind: str, text: str) -> str:
    """Return a refusal's message."""
    if kind.startswith("application/problem+json"):
        with suppress(ValueError, KeyError):
            return str(json.loads(text)["detail"])
    return text if kind.startswith("text/plain") else ""


def is_sentence(message: str) -> bool:
    """Return whether a message is helpful: not just a status phrase, not a traceback."""
    return (
        len(message) >= SHORTEST
        and message[0].isupper()
        and message.rstrip()[-1] in ".!?"
        and "Traceback" not in message
    )


class Sender:
    """Sends one request after another in a thread of its own.

    Attributes:
        outcomes: results so far, in order.
        under_way: set while a request is in flight.
    """

    def __init__(self, kind: Kind, send: Callable[[], Answer | None]) -> None:
        """Create a sender.

        Args:
            kind: of the requests.
            send: sends one request; returns None if that is not possible now.
        """
        self.kind: Kind = kind
        self.outcomes: list[Outcome] = []
        self.under_way = threading.Event()
        self._send = send
        self._over = threading.Event()
        self._rest = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"sends {kind}", daemon=True)

    def start(self) -> None:
        """Start sending."""
        self._thread.start()

    def rest(self, quiet: bool) -> None:
        """Pause or resume sending."""
        (self._rest.set if quiet else self._rest.clear)()

    def stop(self) -> None:
        """Stop, after waiting for the request in flight."""
        self._over.set()
        self._thread.join(PATIENCE)

    def answered(self, since: float) -> float | None:
        """Return when the first request begun after a moment was answered, monotonic seconds; None if none was."""
        return next(
            (outcome.end for outcome in self.outcomes if outcome.begin >= since and outcome.how == "answered"), None
        )

    def _run(self) -> None:
        while not self._over.is_set():
            if not self._rest.is_set():
                begin = time.monotonic()
                self.under_way.set()
                answer = self._send()
                self.under_way.clear()
                if answer is not None:
                    ending, message = judge(self.kind, answer)
                    self.outcomes.append(Outcome(self.kind, begin, time.monotonic(), ending, answer.status, message))
            self._over.wait(EVERY)
