"""What went wrong, as a problem document (RFC 9457): by a code that stays, and a sentence for people."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from core.errors import FairestError, UnknownModelError, WeightsError
from webapp.common.refused import RefusedError
from webapp.sandbox.explain import UnratedError
from webapp.sandbox.worker_slot import BrokeOffError, StarvedError

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:fairest:problem:"
"""What a problem's type begins with; its code follows."""

KINDS: dict[str, tuple[int, str]] = {
    "bad_request": (400, "The request cannot be read"),
    "key_required": (401, "A key is required"),
    "key_unknown": (401, "The key is not known"),
    "local_only": (403, "Only for programs on the same machine"),
    "other_site": (403, "The request comes from another site"),
    "not_found": (404, "There is nothing at this address"),
    "method_not_allowed": (405, "The method is not allowed here"),
    "too_slow": (408, "The body came too slowly"),
    "length_required": (411, "The length of the body is required"),
    "too_large": (413, "The body is too large"),
    "too_many_pictures": (413, "There are too many pictures"),
    "unsupported_media_type": (415, "The body is of no type that is taken"),
    "invalid_option": (422, "An option cannot be used"),
    "unknown_model": (422, "There is no such model"),
    "no_picture": (422, "There is no picture"),
    "unreadable_picture": (422, "The picture cannot be opened"),
    "no_such_face": (422, "There is no such face"),
    "unrated_face": (422, "The face has no rating"),
    "too_many_requests": (429, "Too much in a short time"),
    "internal_error": (500, "The server failed"),
    "busy": (503, "The server is busy"),
    "broke_off": (503, "The rating broke off"),
    "models_unusable": (503, "The models cannot be used"),
    "not_ready": (503, "The server takes no work now"),
}
"""Status and title by code."""

REFUSED = {408: "too_slow", 411: "length_required", 413: "too_large", 429: "too_many_requests", 503: "busy"}
"""Codes for what refuses an arriving file, by status."""
ROUTING = {400: "bad_request", 404: "not_found", 405: "method_not_allowed"}
"""Codes for what no route takes, by status."""

AGAIN = 2.0
"""Seconds after which to try again what failed by no fault of the caller's."""
LATER = 30.0
"""The same where the machine is so busy that nothing comes to its turn."""

ERRORS: dict[type[FairestError], tuple[str, float]] = {
    StarvedError: ("busy", LATER),
    BrokeOffError: ("broke_off", AGAIN),
    UnknownModelError: ("unknown_model", 0.0),
    UnratedError: ("unrated_face", 0.0),
    FairestError: ("unreadable_picture", 0.0),
}
"""Codes for errors, the special ones first, and seconds after which to try again."""


class ProblemDocument(BaseModel):
    """A problem, as RFC 9457 has it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": f"{TYPE}unreadable_picture",
                    "title": KINDS["unreadable_picture"][1],
                    "status": 422,
                    "detail": "Expected a picture; this file is empty.",
                    "code": "unreadable_picture",
                    "request_id": "0f8fad5bd9cb469fa16570867728950e",
                }
            ]
        }
    )

    type: str = Field(description=f"`{TYPE}` and the code.")
    title: str = Field(description="The kind of problem, the same for all of a code.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="A sentence: what was expected, what came, what to do.")
    code: str = Field(description="The kind of problem, for programs.", json_schema_extra={"enum": list(KINDS)})
    request_id: str = Field(description="Names this request, as the header `X-Request-Id` does.")


class ProblemError(Exception):
    """A request that ends in a problem document.

    Attributes:
        code: a key of KINDS.
        detail: the sentence.
        wait: seconds until it may come again; 0 when that would change nothing.
        headers: of the answer.
    """

    def __init__(self, code: str, detail: str, wait: float = 0.0, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.wait = wait
        self.headers = dict(headers or {})

    def answer(self, request_id: str) -> JSONResponse:
        """As it is sent."""
        status, title = KINDS[self.code]
        document = ProblemDocument(
            type=TYPE + self.code,
            title=title,
            status=status,
            detail=self.detail,
            code=self.code,
            request_id=request_id,
        )
        headers = self.headers | ({"Retry-After": str(math.ceil(self.wait))} if self.wait else {})
        return JSONResponse(document.model_dump(), status, headers, MEDIA_TYPE)


def fault() -> ProblemError:
    """What the caller is told of a fault of ours."""
    return ProblemError("internal_error", "The server failed unforeseen; its log knows this request by its id.")


def problem_of(error: FairestError) -> ProblemError:
    """What an error of core's, of the sandbox's or of arriving files is for the caller."""
    text = str(error)[:1].upper() + str(error)[1:]
    if isinstance(error, RefusedError):
        return ProblemError(REFUSED[error.status], text, error.wait)
    if isinstance(error, WeightsError):
        # Its own sentence names paths of the server.
        return ProblemError("models_unusable", "Expected models that can be used; tell whoever runs this server.")
    code, wait = next(told for kind, told in ERRORS.items() if isinstance(error, kind))
    return ProblemError(code, text, wait)


def invalid_options(faults: Iterable[Mapping[str, Any]], known: Iterable[str]) -> ProblemError:
    """What is wrong with options.

    Args:
        faults: as pydantic tells them.
        known: options that there are.
    """
    said = []
    for fault in faults:
        name = str(fault["loc"][-1])[:64]
        if fault["type"] == "extra_forbidden":
            said.append(f"{name!r} is no option here; there are {', '.join(known) or 'none'}")
        else:
            said.append(f"{name}: {fault['msg'][:1].lower()}{fault['msg'][1:]}")
    return ProblemError("invalid_option", f"Expected options that can be used: {'; '.join(said)}.")
