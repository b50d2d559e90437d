"""Builds the HTTP API's requests and parses its responses; socket, clock and randomness are the caller's."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import httpx

from core.errors import FairestError
from core.face import Box, Face
from core.output.sinks import Result

URL = "http://localhost:8501"
ATTEMPTS = 8
"""Attempts per call, including the first."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Maximum seconds before the second attempt, and before any attempt; each wait may be twice the last."""
LONGEST_RETRY_AFTER = 120.0
"""Longest Retry-After, in seconds, that is respected; beyond it the call fails."""
AGAIN = frozenset({429, 503})
"""Status codes after which a call is retried."""

Source: TypeAlias = str | os.PathLike[str] | bytes
"""A picture: its path, or the bytes of its file."""


class ApiError(FairestError):
    """The server answered with an error.

    Attributes:
        status: the HTTP status.
        code: the kind of error, as listed in the server's /v1/docs; empty if something else answered.
        request_id: identifies the request in the server's log; may be empty.
    """

    def __init__(self, status: int, code: str, detail: str, request_id: str) -> None:
        super().__init__("{detail}", detail=detail)
        self.status = status
        self.code = code
        self.request_id = request_id


class UnreachableError(FairestError):
    """No answer came."""


@dataclass(frozen=True, slots=True)
class Model:
    """A detector or classifier of the server. default: whether it is used if none is named."""

    kind: str
    name: str
    title: str
    scores: Mapping[str, float]
    default: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One API call. content: a picture's file."""

    method: str
    path: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    content: bytes | None = None


def rate_call(content: bytes, detector: str | None, classifier: str | None) -> Call:
    """Build the call that rates a picture."""
    return Call("POST", "/v1/rate", _named(detector=detector, classifier=classifier), content)


def explain_call(content: bytes, face: int, detector: str | None, classifier: str | None) -> Call:
    """Build the call that explains a face of a picture."""
    return Call("POST", "/v1/explain", _named(face=face, detector=detector, classifier=classifier), content)


MODELS_CALL = Call("GET", "/v1/models")


def _named(**options: str | int | None) -> dict[str, str | int]:
    return {name: value for name, value in options.items() if value is not None}


def headers(key: str | None, content: bytes | None) -> dict[str, str]:
    """Return the headers of a call."""
    fields = {"Accept": "application/json, application/problem+json, image/png"}
    if key:
        fields["Authorization"] = f"Bearer {key}"
    if content is not None:
        fields["Content-Type"] = "application/octet-stream"
    return fields


def retry_delay(attempt: int, retry_after: str | None, random: Callable[[], float]) -> float | None:
    """Seconds to wait after an attempt that found the server busy; None if retrying is pointless.

    Args:
        attempt: from 1.
        retry_after: the header Retry-After.
        random: returns a number in [0, 1), so that clients turned away together do not return together.
    """
    seconds = float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else 0.0
    if attempt >= ATTEMPTS or seconds > LONGEST_RETRY_AFTER:
        return None
    return seconds + random() * min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (attempt - 1))


def pause_after(response: httpx.Response, attempt: int, random: Callable[[], float]) -> float:
    """Seconds until a failed call is retried. attempt, random: see `retry_delay`.

    Raises:
        ApiError: it is not to be retried.
    """
    delay = retry_delay(attempt, response.headers.get("retry-after"), random) if response.status_code in AGAIN else None
    if delay is None:
        raise error_of(response)
    return delay


def error_of(response: httpx.Response) -> ApiError:
    """Build the exception for an error response."""
    request_id = response.headers.get("x-request-id", "")
    try:
        problem = response.json()
        return ApiError(response.status_code, str(problem["code"]), str(problem["detail"]), request_id)
    except (ValueError, KeyError, TypeError):
        sentence = (
            f"Expected a response from a Fairest server; received HTTP {response.status_code}. Check the address."
        )
        return ApiError(response.status_code, "", sentence, request_id)


def unreachable_error(url: str, error: httpx.TransportError) -> UnreachableError:
    """Build the exception for a failed connection."""
    return UnreachableError(
        "Expected a Fairest server at {url}; it did not respond ({reason}). Check the address, and that the server is "
        "running.",
        url=url,
        reason=str(error) or type(error).__name__,
    )


def result_of(response: httpx.Response, name: str) -> Result:
    """Parse the response to `rate_call`. name: of the picture.

    Raises:
        ApiError: it is not such a response.
    """
    try:
        (result,) = response.json()
        faces = [Face(**face | {"box": Box(*face["box"])}) for face in result["faces"]]
        return Result(name, result["width"], result["height"], result["error"], result["ms"], faces)
    except (ValueError, KeyError, TypeError):
        raise error_of(response) from None


def models_of(response: httpx.Response) -> list[Model]:
    """Parse the response to MODELS_CALL.

    Raises:
        ApiError: it is not such a response.
    """
    try:
        return [Model(**model) for model in response.json()]
    except (ValueError, TypeError):
        raise error_of(response) from None


def failed_result(name: str, error: ApiError) -> Result:
    """Return the file contract's result for a picture that could not be rated, so that the others can go on.

    Raises:
        ApiError: the call or the server is at fault, not the picture.
    """
    if error.code not in {"unreadable_picture", "too_large", "broke_off"}:
        raise error
    return Result(name, None, None, str(error), None, [])


def read_upload(picture: Source) -> tuple[str, bytes]:
    """Return the name and content of a picture.

    Raises:
        OSError: it cannot be read.
    """
    if isinstance(picture, bytes):
        return "picture", picture
    return os.fspath(picture), Path(picture).read_bytes()
