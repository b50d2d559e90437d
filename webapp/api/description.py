"""The API's OpenAPI document, with examples."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from webapp.api.pictures import BYTES, FIELD, FORM
from webapp.api.problems import KINDS, MEDIA_TYPE, ProblemDocument
from webapp.api.schemas import RESULT
from webapp.common.i18n import LANGUAGES

VERSION = "1.0.0"
"""API version (semantic): the major version changes when existing clients would break."""

ABOUT: dict[str, Any] = {
    "title": "Fairest",
    "version": VERSION,
    "summary": "Finds faces in pictures and predicts how attractive a panel of people would rate them.",
    "description": (
        "A rating is one panel's taste, learnt imperfectly; it is not a fact about anyone. Only adults are rated. "
        "No picture is stored or sent on.\n\n"
        "If the server's settings contain API keys, every request must send one, as `Authorization: Bearer KEY`; "
        "otherwise only programs on the same machine are served. Failures are reported as problem documents (RFC "
        "9457), whose `code` is meant for programs; with status 429 or 503, the header `Retry-After` gives the number "
        "of seconds to wait before trying again. Messages are in English, or in Russian if `Accept-Language` prefers "
        "it; the code is the same in any language."
    ),
    "license_info": {"name": "MIT", "identifier": "MIT"},
}

_BINARY = {"type": "string", "format": "binary"}


def _problem(status: int) -> dict[str, Any]:
    """Return the description of a problem response, with the codes that occur with this status."""
    kinds = {code: title for code, (problem_status, title) in KINDS.items() if problem_status == status}
    text = "; ".join(f"{title} (`{code}`)" for code, title in kinds.items())
    answer: dict[str, Any] = {
        "description": f"{text}.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
    }
    answer["headers"] = {
        "Content-Language": {
            "description": "The language of `title` and `detail`, chosen by `Accept-Language`.",
            "schema": {"type": "string", "enum": list(LANGUAGES)},
        }
    }
    if status in {429, 503}:
        answer["headers"]["Retry-After"] = {
            "description": "Seconds to wait before trying again.",
            "schema": {"type": "integer"},
        }
    return answer


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: _problem(status) for status in statuses}


def _body(files: dict[str, Any], options: list[str], file_help: str) -> dict[str, Any]:
    """Return the description of a request body: the picture itself or a form."""
    fields = {name: {"type": "string", "description": "Same as the query parameter of this name."} for name in options}
    form = {
        "type": "object",
        "required": [FIELD],
        "properties": {FIELD: files | {"description": file_help}, **fields},
        "additionalProperties": False,
    }
    return {
        "requestBody": {
            "required": True,
            # Not every client generator knows a wildcard media type for images.
            "description": "JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF or BMP; `image/...` also works as the media type.",
            "content": {FORM: {"schema": form}, BYTES: {"schema": _BINARY}},
        }
    }


_RATING_PROBLEMS = _problems(400, 401, 403, 408, 411, 413, 415, 422, 429, 500, 503)

RATE: dict[str, Any] = {
    "operation_id": "rate",
    "summary": "Rate the faces of pictures",
    "description": (
        "Returns one object per picture, in the order in which they were sent, in the format of `python -m core`. If "
        "one of several pictures cannot be opened, its object has an `error` and the others are still rated; a single "
        "picture that cannot be opened is answered with a problem. With `Accept: application/x-ndjson`, each object "
        "is a line, sent as soon as the picture is rated."
    ),
    "response_description": "One object per picture.",
    "responses": {
        200: {
            "content": {
                "application/x-ndjson": {"schema": {"$ref": "#/components/schemas/ResultObject"}},
            }
        },
        **_RATING_PROBLEMS,
    },
    "openapi_extra": _body({"type": "array", "items": _BINARY}, ["detector", "classifier"], "One or more pictures."),
}

EXPLAIN: dict[str, Any] = {
    "operation_id": "explain",
    "summary": "Show which parts of a face affect its rating",
    "description": (
        "Parts of the face are blurred one at a time. Orange: the rating falls when this part is blurred. Blue: the "
        "rating rises. The strip below the picture states how many points the ends of the colour scale stand for. This "
        "shows what the model looks at; it is not advice to anyone."
    ),
    "response_description": "The face, overlaid with the heat map.",
    "responses": {200: {"content": {"image/png": {"schema": _BINARY}}}, **_RATING_PROBLEMS},
    "openapi_extra": _body(_BINARY, ["detector", "classifier", "face"], "One picture."),
}

MODELS: dict[str, Any] = {
    "operation_id": "models",
    "summary": "List the detectors and classifiers",
    "response_description": "The models, in the order in which the page lists them.",
    "responses": _problems(401, 403, 429, 500, 503),
}

HEALTH: dict[str, Any] = {
    "operation_id": "health",
    "summary": "Check whether the server accepts work",
    "description": "Requires no key.",
    "response_description": "The server accepts work.",
    "responses": _problems(500, 503),
}


def document(app: FastAPI) -> dict[str, Any]:
    """Return the application's OpenAPI document."""
    openapi = app.openapi()
    components = openapi["components"]
    components["schemas"]["ProblemDocument"] = ProblemDocument.model_json_schema()
    # FastAPI drops null values from examples.
    components["schemas"]["ResultObject"]["examples"] = [RESULT]
    content = openapi["paths"]["/v1/rate"]["post"]["responses"]["200"]["content"]
    for kind, example in (("application/json", [RESULT]), ("application/x-ndjson", RESULT)):
        content[kind]["example"] = example
    components["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key from the server's settings, if it has any.",
        }
    }
    for path, operations in openapi["paths"].items():
        for operation in operations.values():
            operation["security"] = [] if path.endswith("/health") else [{"key": []}, {}]
    return openapi
