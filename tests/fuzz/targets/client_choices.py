"""A live client's selection, over its channel and in its offer; the reply must be serialisable."""

from __future__ import annotations

import json

from core.analyzer import Analyzer
from core.errors import FairestError
from core.live.messages import Chosen, encode
from webapp.live.signalling.client_choice import Models, read_choice

ALLOWED: tuple[type[Exception], ...] = ()


def never(detector: str, classifier: str) -> Analyzer:
    """Fail when called: a selection alone must load nothing."""
    raise AssertionError(f"loaded {detector}, {classifier}")


MODELS = Models(never, {"one": 0.5, "two": 0.6}, ("first", "second"), "one", "first")


def fuzz(data: bytes) -> None:
    try:
        requested = read_choice(data.decode("utf-8", "replace"))
        if requested is None:
            return
        choice = MODELS.choice(requested)
    except FairestError as refused:
        refusal = Chosen(0, MODELS.detector, MODELS.classifier, 3.0, False, str(refused))
        assert json.loads(encode(refusal))["error"]
        return
    assert choice.detector in MODELS.detectors
    assert choice.classifier in MODELS.classifiers
    assert choice.confidence is None or choice.confidence > MODELS.detectors[choice.detector]
