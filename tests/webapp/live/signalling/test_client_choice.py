"""What clients choose, most of it hostile; whatever passes here changes what is analysed, and how."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analyzer import Analyzer
from core.errors import FairestError
from webapp.common.i18n import LANGUAGES
from webapp.live.signalling.client_choice import ClientChoice, Models, read_choice
from webapp.live.signalling.peer import MAX_MESSAGE
from webapp.live.switch import Choice


def nothing(_detector: str, _classifier: str) -> Analyzer:
    raise AssertionError("nothing is loaded here")


MODELS = Models(nothing, {"grid": 0.5, "tracker": 0.6}, ("vgg16", "cnn"), "grid", "vgg16")


def message(**fields: object) -> str:
    return json.dumps({"version": 1, "type": "choose"} | fields)


def test_a_choice_is_whole_and_what_is_left_out_is_the_servers() -> None:
    assert read_choice(message()) == ClientChoice()
    assert MODELS.choice(ClientChoice()) == Choice("grid", "vgg16")
    chosen = read_choice(message(number=7, detector="tracker", classifier="cnn", threshold=2.5, confidence=0.8))
    assert chosen is not None
    assert chosen.number == 7
    assert MODELS.choice(chosen) == Choice("tracker", "cnn", 2.5, 0.8)


def test_no_detector_is_made_to_take_more_for_faces_than_it_is_made_for() -> None:
    assert MODELS.choice(ClientChoice(confidence=0.0)).confidence is None
    assert MODELS.choice(ClientChoice(detector="tracker", confidence=0.55)).confidence is None
    assert MODELS.choice(ClientChoice(confidence=0.55)).confidence == 0.55


@pytest.mark.parametrize(("kind", "names"), [("detector", "grid, tracker"), ("classifier", "vgg16, cnn")])
def test_a_name_that_is_not_there_is_refused_with_those_that_are(kind: str, names: str) -> None:
    with pytest.raises(FairestError, match=f"{kind} among {names}; received '../../etc'"):
        MODELS.choice(ClientChoice.model_validate({kind: "../../etc"}))


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"threshold": 0.9}, "threshold"),
        ({"threshold": float("nan")}, "threshold"),
        ({"confidence": 0.96}, "confidence"),
        ({"confidence": float("inf")}, "confidence"),
        ({"number": 2**31}, "number"),
        ({"number": 1.5}, "number"),
        ({"detector": "x" * 65}, "detector"),
        ({"detector": 7}, "detector"),
        ({"mirror": "perhaps"}, "mirror"),
        ({"language": "xx"}, "language"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(fields: dict[str, object], fault: str) -> None:
    with pytest.raises(FairestError, match=f"Expected a choice .*{fault}"):
        read_choice(message(**fields))


@pytest.mark.parametrize(
    "value",
    [
        b"\0",
        "",
        "null",
        "{}",
        "[" * MAX_MESSAGE,
        '{"version": 2, "type": "choose"}',
        '{"version": 1, "type": "sing"}',
        '{"type": "choose"}',
        "1" * MAX_MESSAGE,
    ],
)
def test_anything_else_is_passed_over(value: object) -> None:
    assert read_choice(value) is None


def test_every_language_of_the_page_can_be_chosen() -> None:
    for language in LANGUAGES:
        assert read_choice(message(language=language)) == ClientChoice.model_validate({"language": language})


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from([*ClientChoice.model_fields, "x"]), st.none() | st.floats() | st.text()))
def test_whatever_comes_is_read_or_refused(fields: dict[str, object]) -> None:
    with suppress(FairestError):
        read_choice(message(**fields))
