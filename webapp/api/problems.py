"""Errors as problem documents (RFC 9457): a stable code for programs and a message for people."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from core.errors import FairestError, UnknownModelError, WeightsError
from webapp.common.i18n import ENGLISH, N_, localize, say
from webapp.common.refused import RefusedError
from webapp.sandbox.explain import UnratedError
from webapp.sandbox.worker_slot import BrokeOffError, StarvedError

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:fairest:problem:"
"""Prefix of a problem's type; the code follows."""

KINDS: dict[str, tuple[int, str]] = {
    "bad_request": (400, N_("The request is malformed")),
    "key_required": (401, N_("An API key is required")),
    "key_unknown": (401, N_("The API key is not known")),
    "local_only": (403, N_("Only available to programs on the same machine")),
    "other_site": (403, N_("The request comes from another site")),
    "not_found": (404, N_("There is nothing at this address")),
    "method_not_allowed": (405, N_("The method is not allowed here")),
    "too_slow": (408, N_("The request body arrived too slowly")),
    "length_required": (411, N_("The length of the request body is required")),
    "too_large": (413, N_("The request body is too large")),
    "too_many_pictures": (413, N_("There are too many pictures")),
    "unsupported_media_type": (415, N_("The type of the request body is not supported")),
    "invalid_option": (422, N_("An option is invalid")),
    "unknown_model": (422, N_("There is no such model")),
    "no_picture": (422, N_("The request contains no picture")),
    "unreadable_picture": (422, N_("The picture cannot be opened")),
    "no_such_face": (422, N_("There is no such face")),
    "unrated_face": (422, N_("The face has no rating")),
    "too_many_requests": (429, N_("Too many requests")),
    "internal_error": (500, N_("The server failed")),
    "busy": (503, N_("The server is busy")),
    "broke_off": (503, N_("The rating was interrupted")),
    "models_unusable": (503, N_("The models cannot be used")),
    "not_ready": (503, N_("The server is not accepting work now")),
}
"""Status and title by code."""

REFUSED = {408: "too_slow", 411: "length_required", 413: "too_large", 429: "too_many_requests", 503: "busy"}
"""Codes for refused uploads, by status."""
ROUTING = {400: "bad_request", 404: "not_found", 405: "method_not_allowed"}
"""Codes for requests that match no route, by status."""

FAULTS = {
    "extra_forbidden": N_("{name!r} is not an option here; the options are {known}"),
    "int_parsing": N_("{name}: expected a whole number"),
    "greater_than_equal": N_("{name}: expected at least {ge}"),
    "less_than_equal": N_("{name}: expected at most {le}"),
    "string_too_short": N_("{name}: expected at least {min_length} characters"),
    "string_too_long": N_("{name}: expected at most {max_length} characters"),
}
"""Messages for invalid options, by pydantic's error type."""
UNUSABLE = N_("{name}: expected a different value")

AGAIN = 2.0
"""Retry-After in seconds for failures that are not the caller's fault."""
LATER = 30.0
"""Retry-After in seconds when the machine is overloaded."""

ERRORS: dict[type[FairestError], tuple[str, float]] = {
    StarvedError: ("busy", LATER),
    BrokeOffError: ("broke_off", AGAIN),
    UnknownModelError: ("unknown_model", 0.0),
    UnratedError: ("unrated_face", 0.0),
    FairestError: ("unreadable_picture", 0.0),
}
"""Code and Retry-After in seconds by error class, most specific first."""


class ProblemDocument(BaseModel):
    """A problem, as RFC 9457 has it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": f"{TYPE}unreadable_picture",
                    "title": KINDS["unreadable_picture"][1],
                    "status": 422,
                    "detail": "Expected a picture; the file is empty.",
                    "code": "unreadable_picture",
                    "request_id": "0f8fad5bd9cb469fa16570867728950e",
                }
            ]
        }
    )

    type: str = Field(description=f"`{TYPE}` and the code.")
    title: str = Field(
        description="The kind of problem, the same for all problems with this code; in the language of `detail`."
    )
    status: int = Field(description="The HTTP status.")
    detail: str = Field(
        description="What was expected, what was received and what to do; `Content-Language` names its language."
    )
    code: str = Field(description="The kind of problem, for programs.", json_schema_extra={"enum": list(KINDS)})
    request_id: str = Field(description="ID of this request, also in the header `X-Request-Id`.")


class ProblemError(Exception):
    """A request that is answered with a problem document.

    Attributes:
        code: a key of KINDS.
        wait: seconds until the client may retry; 0 if retrying would not help.
        headers: response headers.
    """

    def __init__(
        self,
        code: str,
        text: str,
        wait: float = 0.0,
        headers: Mapping[str, str] | None = None,
        /,
        **values: object,
    ) -> None:
        """Create a problem.

        Args:
            code, wait, headers: see the class.
            text: the message as in the catalogue, with `{name}` in place of each value.
            values: by name; a list of errors is replaced by their messages.
        """
        self.code = code
        self.wait = wait
        self.headers = dict(headers or {})
        self._text = text
        self._values = values
        super().__init__(self.detail())

    def detail(self, language: str = ENGLISH) -> str:
        """Return the message in a language."""
        values = {
            name: "; ".join(localize(error, language) for error in value) if isinstance(value, list) else value
            for name, value in self._values.items()
        }
        text = say(language, self._text, **values)
        return text[:1].upper() + text[1:]

    def answer(self, request_id: str, language: str) -> JSONResponse:
        """Return the response in a language."""
        status, title = KINDS[self.code]
        document = ProblemDocument(
            type=TYPE + self.code,
            title=say(language, title),
            status=status,
            detail=self.detail(language),
            code=self.code,
            request_id=request_id,
        )
        headers = {**self.headers, "Content-Language": language, "Vary": "Accept-Language"}
        if self.wait:
            headers["Retry-After"] = str(math.ceil(self.wait))
        return JSONResponse(document.model_dump(), status, headers, MEDIA_TYPE)


def fault() -> ProblemError:
    """Return the problem that reports an internal error to the caller."""
    return ProblemError(
        "internal_error", "An unexpected error occurred; the server's log contains it under the ID of this request."
    )


def problem_of(error: FairestError) -> ProblemError:
    """Convert an error of core, the sandbox or the upload handling into a problem for the caller."""
    if isinstance(error, RefusedError):
        return ProblemError(REFUSED[error.status], error.text, error.wait, **error.values)
    if isinstance(error, WeightsError):
        # The error's own message contains paths on the server.
        return ProblemError("models_unusable", "Expected usable models; please tell the operator of this server.")
    code, wait = next(code_and_wait for kind, code_and_wait in ERRORS.items() if isinstance(error, kind))
    return ProblemError(code, error.text, wait, **error.values)


def invalid_options(faults: Iterable[Mapping[str, Any]], valid_names: Iterable[str]) -> ProblemError:
    """Return the problem that lists invalid options.

    Args:
        faults: pydantic's error dictionaries.
        valid_names: names of the valid options.
    """
    values = {"known": ", ".join(valid_names)}
    errors = [
        FairestError(
            FAULTS.get(fault["type"], UNUSABLE), name=str(fault["loc"][-1])[:64], **values, **fault.get("ctx", {})
        )
        for fault in faults
    ]
    return ProblemError("invalid_option", "Expected valid options: {faults}.", faults=errors)
