"""What a client chooses: models, where the labels divide, and how its picture is drawn. All of it may be hostile."""

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
"""The highest least detection that can be chosen."""

FORM = N_("Expected a choice as docs/live.md describes it; {fault}.")
UNKNOWN = N_("Expected a {kind} among {names}; received {received}.")

Name = Annotated[str, Field(max_length=64)]


class ClientChoice(BaseModel):
    """One choice, whole: what is left out is as the server has it.

    number: goes up with each choice of a session; one with a lower number came late and counts no more. detector,
    classifier: names of the manifest. threshold: the rating that divides the labels. confidence: the least detection
    that counts as a face. mirror: whether drawn video comes back turned about. language: of captions and sentences.
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
    """What there is to choose from.

    load: gives the analyzer of a detector and a classifier, by name. detectors: by name, the least detection that each
    is made for. classifiers: by name. detector, classifier: for those who choose none.
    """

    load: Callable[[str, str], Analyzer]
    detectors: Mapping[str, float]
    classifiers: tuple[str, ...]
    detector: str
    classifier: str

    def choice(self, asked: ClientChoice) -> Choice:
        """What a client's choice comes to here.

        Raises:
            FairestError: a name is unknown.
        """
        detector = asked.detector or self.detector
        classifier = asked.classifier or self.classifier
        for kind, names, name in (
            ("detector", tuple(self.detectors), detector),
            ("classifier", self.classifiers, classifier),
        ):
            if name not in names:
                raise FairestError(UNKNOWN, kind=kind, names=", ".join(names), received=repr(name))
        # Below its own threshold a detector finds hundreds of faces, each of which costs time.
        own = self.detectors[detector]
        confidence = asked.confidence if asked.confidence is not None and asked.confidence > own else None
        return Choice(detector, classifier, asked.threshold, confidence)


def read_choice(message: object) -> ClientChoice | None:
    """The choice that a message of a client brings; None where it says anything else, which is passed over.

    Raises:
        FairestError: it is one that cannot be read, with what was expected.
    """
    if not isinstance(message, str):
        return None
    try:
        said = json.loads(message)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.pop("version", None) != 1 or said.pop("type", None) != "choose":
        return None
    try:
        return ClientChoice.model_validate(said)
    except ValidationError as error:
        raise FairestError(FORM, fault=describe_fault(error)) from None


def describe_fault(error: ValidationError) -> str:
    """The first of a validation's faults: where it is, and what was expected there."""
    fault = error.errors()[0]
    where = ".".join(str(part)[:32] for part in fault["loc"])
    return f"{where}: {fault['msg']}" if where else fault["msg"]
