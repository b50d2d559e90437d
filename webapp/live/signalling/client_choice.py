"""Parse a client's choice of models, label threshold and how its picture is drawn. All input is untrusted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.analyzer import Analyzer
from core.errors import FairestError
from webapp.common.i18n import N_
from webapp.live.switch import Choice

MAX_CONFIDENCE = 0.95
"""Upper limit of the minimum detection confidence that can be chosen."""

FORM = N_("Expected a choice as docs/live.md describes it; {fault}.")
UNKNOWN = N_("Expected a {kind} among {names}; received {received}.")

Name = Annotated[str, Field(max_length=64)]


class ClientChoice(BaseModel):
    """One complete choice: fields left out take the server's defaults.

    number: increases with each choice of a session; one with a lower number arrived late and is ignored. detector,
    classifier: names in the manifest. threshold: the rating that divides the labels. confidence: minimum detection
    confidence of a face. mirror: whether drawn video is returned mirrored. language: of captions and messages.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    number: Annotated[int, Field(ge=0, lt=2**31)] = 0
    detector: Name | None = None
    classifier: Name | None = None
    threshold: Annotated[float, Field(ge=1, le=5, allow_inf_nan=False)] | None = None
    confidence: Annotated[float, Field(ge=0, le=MAX_CONFIDENCE, allow_inf_nan=False)] | None = None
    mirror: bool = False
    language: Literal["en", "ru"] | None = None


@dataclass(frozen=True, slots=True)
class Models:
    """The models to choose from.

    load: returns the analyzer of a named detector and classifier. detectors: the minimum detection confidence that each
    is designed for, by name. classifiers: names. detector, classifier: defaults for clients that choose none.
    """

    load: Callable[[str, str], Analyzer]
    detectors: Mapping[str, float]
    classifiers: tuple[str, ...]
    detector: str
    classifier: str

    def choice(self, requested: ClientChoice) -> Choice:
        """Resolve a client's choice to one of these models.

        Raises:
            FairestError: a name is unknown.
        """
        detector = requested.detector or self.detector
        classifier = requested.classifier or self.classifier
        for kind, names, name in (
            ("detector", tuple(self.detectors), detector),
            ("classifier", self.classifiers, classifier),
        ):
            if name not in names:
                raise FairestError(UNKNOWN, kind=kind, names=", ".join(names), received=repr(name))
        # Below its own threshold a detector finds hundreds of faces, each of which takes time.
        own_threshold = self.detectors[detector]
        confidence = (
            requested.confidence if requested.confidence is not None and requested.confidence > own_threshold else None
        )
        return Choice(detector, classifier, requested.threshold, confidence)


def read_choice(message: object) -> ClientChoice | None:
    """Parse a client's message; return None if it is not a choice, as other messages are ignored.

    Raises:
        FairestError: the choice is invalid; says what was expected.
    """
    if not isinstance(message, str):
        return None
    try:
        payload = json.loads(message)
    except (ValueError, RecursionError):
        return None
    if not isinstance(payload, dict) or payload.pop("version", None) != 1 or payload.pop("type", None) != "choose":
        return None
    try:
        return ClientChoice.model_validate(payload)
    except ValidationError as error:
        raise FairestError(FORM, fault=describe_fault(error)) from None


def describe_fault(error: ValidationError) -> str:
    """Describe the first error of a validation: where it is, and what was expected there."""
    fault = error.errors()[0]
    location = ".".join(str(part)[:32] for part in fault["loc"])
    return f"{location}: {fault['msg']}" if location else fault["msg"]
