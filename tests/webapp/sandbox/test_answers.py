from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from core.errors import FairestError, ImageError, UnknownModelError
from core.face import Box, Face, Pose
from webapp.sandbox.answers import AnswerError, listing, rated, read
from webapp.sandbox.archive import Entry
from webapp.sandbox.wire import Message

JPEG = b"\xff\xd8\xff\xe0pixels"
FACE = Face(
    Box(1.25, 2.5, 100.1, 120.3), 0.98, 2.7378342151641846, "Sexy", 0.81, 31.04, None, None, Pose(-3.1, 0.01, 0.5)
)
REFUSED = Face(Box(1, 2, 10, 12), 0.6, refused="too small")


def answer(**changes: Any) -> Message:
    header = {
        "width": 640,
        "height": 480,
        "ms": 12.5,
        "faces": [asdict(FACE), asdict(REFUSED)],
        "boxes": [[30.0, 30.0, 100.0, 120.0], [1, 1, 10, 12]],
    }
    return Message(header | changes, (JPEG, JPEG + b"1", JPEG + b"2"))


def test_faces_are_rebuilt_exactly() -> None:
    rebuilt = read(rated, answer())
    assert rebuilt.faces == (FACE, REFUSED)
    assert (rebuilt.width, rebuilt.height, rebuilt.ms, rebuilt.drawn) == (640, 480, 12.5, JPEG)
    assert [patch.jpeg for patch in rebuilt.patches] == [JPEG + b"1", JPEG + b"2"]
    assert rebuilt.patches[0].face == replace(FACE, box=Box(30, 30, 100, 120))


@pytest.mark.parametrize(
    "wrong",
    [
        Message({}),
        answer(width="wide"),
        answer(width=None),
        answer(faces=[]),
        answer(faces=[{"box": 1}, {}]),
        answer(faces=[asdict(FACE) | {"box": {"x": 0, "y": 0, "w": -1, "h": 1}}, asdict(REFUSED)]),
        answer(faces=[asdict(FACE) | {"label": ["<script>"]}, asdict(REFUSED)]),
        answer(boxes=[[1, 2, 3], [1, 2, 3, 4]]),
        answer(boxes=[[1, 2, 3, -4], [1, 2, 3, 4]]),
        Message(answer().header, ()),
        Message(answer().header, (JPEG,)),
        Message(answer().header, (JPEG, JPEG, b"<svg>")),
        Message({"error": 1}),
        Message({"error": ["ImageError", "text"]}),
        Message({"error": ["ImageError", 5, {}]}),
        Message({"error": ["ImageError", "text", []]}),
    ],
)
def test_what_no_worker_of_ours_says_is_reported(wrong: Message) -> None:
    with pytest.raises(AnswerError):
        read(rated, wrong)


def test_errors_keep_their_kind_text_and_values() -> None:
    with pytest.raises(ImageError, match=r"^Expected at most 1\.5 MB\.$") as caught:
        read(rated, Message({"error": ["ImageError", "Expected at most {most:.1f} MB.", {"most": 1.5}]}))
    assert caught.value.text == "Expected at most {most:.1f} MB."
    with pytest.raises(UnknownModelError):
        read(rated, Message({"error": ["UnknownModelError", "expected a model.", {}]}))
    with pytest.raises(FairestError):
        read(rated, Message({"error": ["UnratedError", "Expected a face.", {}]}))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("{most.__class__}", {"most": 1}),
        ("{most[0]}", {"most": "x"}),
        ("{most!r}", {"most": "x"}),
        ("{most:>9999999999}", {"most": 1}),
        ("{most:.999999999f}", {"most": 1.0}),
        ("{}", {"most": 1}),
        ("{0}", {"most": 1}),
        ("{most}", {"least": 1}),
        ("{most", {"most": 1}),
        ("{most}", {"most": ["x"]}),
        ("{most}", {"most": "x" * 1000}),
        ("x" * 1000, {}),
    ],
)
def test_sentences_take_no_more_than_they_say(text: str, values: dict[str, Any]) -> None:
    with pytest.raises(AnswerError):
        read(rated, Message({"error": ["ImageError", text, values]}))


def test_listings_are_rebuilt() -> None:
    header = {
        "entries": [[3, "a.jpg", 17]],
        "refused": [["b.jpg", "Expected at most {most} MB.", {"most": 1}], ["", "Expected fewer.", {}]],
    }
    rebuilt = read(listing, Message(header))
    assert rebuilt.entries == (Entry(3, "a.jpg", 17),)
    assert [(refusal.name, str(refusal.error)) for refusal in rebuilt.refused] == [
        ("b.jpg", "Expected at most 1 MB."),
        ("", "Expected fewer."),
    ]


def test_names_in_listings_are_cleaned_again() -> None:
    rebuilt = read(listing, Message({"entries": [[0, "../\u202ea.jpg", 1]], "refused": []}))
    assert rebuilt.entries[0].name == "a.jpg"


@pytest.mark.parametrize("header", [{}, {"entries": [[0, "a"]], "refused": []}, {"entries": [], "refused": [["a"]]}])
def test_listings_that_are_none(header: dict[str, Any]) -> None:
    with pytest.raises(AnswerError):
        read(listing, Message(header))
