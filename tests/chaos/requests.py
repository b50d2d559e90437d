"""Photos that are brought while faults strike, by the API and by the photos page; and what became of each."""

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
"""Answered in full; refused with a sentence; cut off, which whoever asked can tell, by the connection or by what the
answer says of itself; or none of these, as if that were all."""

PICTURE = faces.FOLDER / faces.ADULT
EVERY = 1.0
"""Seconds between an answer and the next request."""
SHORTEST = 20
"""Characters of a sentence that says anything."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one request. begin, end: monotonic seconds. said: the sentence, where it was refused; for half, what came."""

    kind: Kind
    begin: float
    end: float
    how: End
    status: int
    said: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """status: 0 when none came. whole: whether the body came to its end. kind: its content type. cookies: that were
    given, as NAME=VALUE.
    """

    status: int
    kind: str
    body: bytes
    whole: bool
    cookies: tuple[str, ...] = ()


def ask(url: str, path: str, body: bytes, headers: dict[str, str], method: str = "POST") -> Answer:
    """One request; however it ends, there is an answer."""
    parts = urllib.parse.urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
    status, kind, came = 0, "", b""
    cookies: tuple[str, ...] = ()
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        status, kind = response.status, response.getheader("content-type", "")
        cookies = tuple(one.partition(";")[0] for one in response.headers.get_all("set-cookie", []))
        came = response.read()
    except http.client.IncompleteRead as error:
        return Answer(status, kind, error.partial, False)
    except (OSError, http.client.HTTPException):
        return Answer(status, kind, came, False)
    finally:
        connection.close()
    return Answer(status, kind, came, True, cookies)


def judge(kind: Kind, answer: Answer) -> tuple[End, str]:
    """How a request ended, and what it was told. Pure."""
    text = answer.body.decode(errors="replace")
    if not answer.whole:
        return "cut", text[:200]
    if answer.status >= 400:
        said = sentence_of(answer.kind, text)
        return ("refused", said) if is_sentence(said) else ("half", text[:200])
    with suppress(ValueError, KeyError, TypeError):
        if kind == "call" and all(isinstance(row["faces"], list) for row in json.loads(text)):
            return "answered", ""
        if kind == "upload":
            return ("answered", "") if all_told(text) else ("cut", text[:200])
    return "half", text[:200]


def all_told(events: str) -> bool:
    """Whether a stream of events says of each picture that it is done."""
    told = [json.loads(line.removeprefix("data: ")) for line in events.splitlines() if line.startswith("data: ")]
    return bool(told) and sum(one["done"] for one in told) == told[-1]["of"]


def sentence_of(kind: str, text: str) -> str:
    """What a refusal says."""
    if kind.startswith("application/problem+json"):
        with suppress(ValueError, KeyError):
            return str(json.loads(text)["detail"])
    return text if kind.startswith("text/plain") else ""


def is_sentence(said: str) -> bool:
    """Whether that helps anybody: not a status' name, not a traceback."""
    return len(said) >= SHORTEST and said[0].isupper() and said.rstrip()[-1] in ".!?" and "Traceback" not in said


class Sender:
    """Sends one request after another, in a thread of its own.

    Attributes:
        outcomes: so far, in order.
        under_way: set while a request is.
    """

    def __init__(self, kind: Kind, send: Callable[[], Answer | None]) -> None:
        """Args:
        send: sends one; None where it cannot be sent now.
        """
        self.kind: Kind = kind
        self.outcomes: list[Outcome] = []
        self.under_way = threading.Event()
        self._send = send
        self._over = threading.Event()
        self._rest = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"sends {kind}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def rest(self, quiet: bool) -> None:
        """Whether to send nothing for a while."""
        (self._rest.set if quiet else self._rest.clear)()

    def stop(self) -> None:
        """End; what is under way is waited for."""
        self._over.set()
        self._thread.join(PATIENCE)

    def answered(self, since: float) -> float | None:
        """When the first request that began after a moment was answered, monotonic seconds; None when none was."""
        return next((one.end for one in self.outcomes if one.begin >= since and one.how == "answered"), None)

    def _run(self) -> None:
        while not self._over.is_set():
            if not self._rest.is_set():
                begin = time.monotonic()
                self.under_way.set()
                answer = self._send()
                self.under_way.clear()
                if answer is not None:
                    how, said = judge(self.kind, answer)
                    self.outcomes.append(Outcome(self.kind, begin, time.monotonic(), how, answer.status, said))
            self._over.wait(EVERY)
