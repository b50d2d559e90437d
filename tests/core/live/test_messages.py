from __future__ import annotations

import json
import math
import re
from typing import get_args

import pytest

from core.face import Box, Face
from core.live.messages import (
    VERSION,
    Chosen,
    Faces,
    Figures,
    FrameTime,
    Hello,
    Message,
    Refused,
    State,
    StateName,
    encode,
    velocity,
)
from core.live.scene import Motion, Scene
from core.settings import ROOT

CHOICE = ("detector", "classifier", "threshold", "confidence", "mirror", "language")
"""What a client chooses (webapp.live.signalling.client_choice)."""

RATED = Face(Box(40, 60, 60, 80), 0.91234, 3.45678, "Sexy", 0.81234, 31.26, None, 7)
REFUSED = Face(Box(0, 0, 10, 10), 0.9, refused="too small", track=8)


def scene(*faces: Face, motion: Motion | None = None) -> Scene:
    return Scene(100.0, (640, 480), faces, (motion or Motion(),) * len(faces))


def test_faces_are_those_of_the_file_contract_and_how_they_move() -> None:
    message = json.loads(
        encode(Faces(scene(RATED, REFUSED, motion=Motion(cx=12.34)), FrameTime(1.23456789, 4711), 0.05))
    )
    assert message == {
        "version": VERSION,
        "type": "faces",
        "time": 1.2346,
        "rtp": 4711,
        "age": 0.05,
        "width": 640,
        "height": 480,
        "faces": [
            RATED.to_dict() | {"motion": [12.3, 0.0, 0.0, 0.0]},
            REFUSED.to_dict() | {"motion": [12.3, 0.0, 0.0, 0.0]},
        ],
    }


def test_a_frame_without_faces_is_reported_too() -> None:
    message = json.loads(encode(Faces(scene(), FrameTime(0.0), 0.0)))
    assert (message["faces"], message["rtp"]) == ([], None)


@pytest.mark.parametrize("motion", [Motion(50, -20), Motion(0, 0, 0.5, -0.3), Motion(30, 10, -0.2, 0.4)])
def test_a_client_moves_a_box_by_multiplying(motion: Motion) -> None:
    seconds = 0.02
    moved = motion.move(RATED.box, seconds)
    multiplied = [
        value + speed * seconds for value, speed in zip(RATED.box.as_list(), velocity(RATED, motion), strict=True)
    ]
    assert multiplied == pytest.approx([moved.x, moved.y, moved.w, moved.h], abs=0.06)


def test_the_first_message_says_how_to_read_the_others() -> None:
    message = json.loads(encode(Hello("abc", "overlay", ("Sexy", "Ugly"), math.pi)))
    assert message == {
        "version": VERSION,
        "type": "hello",
        "session": "abc",
        "mode": "overlay",
        "labels": ["Sexy", "Ugly"],
        "threshold": 3.142,
    }


@pytest.mark.parametrize("state", get_args(StateName))
def test_states(state: StateName) -> None:
    assert json.loads(encode(State(state))) == {"version": VERSION, "type": "state", "state": state}


def test_what_the_session_goes_by_and_how_it_does() -> None:
    assert json.loads(encode(Chosen(3, "facegrid", "vgg16", math.pi, True, "No file."))) == {
        "version": VERSION,
        "type": "chosen",
        "number": 3,
        "detector": "facegrid",
        "classifier": "vgg16",
        "threshold": 3.142,
        "loading": True,
        "error": "No file.",
    }
    assert json.loads(encode(Refused("No."))) == {"version": VERSION, "type": "refused", "reason": "No."}
    assert json.loads(encode(Figures(12.345, 0.123456, 0.98765, 1, 4))) == {
        "version": VERSION,
        "type": "figures",
        "fps": 12.3,
        "latency": 0.1235,
        "load": 0.988,
        "viewers": 1,
        "max_viewers": 4,
    }


def test_messages_are_short() -> None:
    crowd = Faces(scene(*[RATED] * 50), FrameTime(1000.0, 2**32 - 1), 0.1)
    assert len(encode(crowd)) < 16_384


def test_the_document_tells_of_every_field() -> None:
    text = (ROOT / "docs" / "live.md").read_text(encoding="utf-8")
    table = text[text.index("### What the channel says") :]
    documented = set(
        re.findall(r"`(\w+)`", "\n".join(line.split("|", 3)[2] for line in table.splitlines() if "|" in line))
    )
    messages: list[Message] = [
        Hello("a", "overlay", ("a", "b"), 3.0),
        State("live"),
        Chosen(1, "d", "c", 3.0, False, None),
        Refused("no"),
        Figures(1.0, 0.1, 0.5, 1, 4),
        Faces(scene(RATED), FrameTime(0.0), 0.0),
    ]
    sent = [json.loads(encode(message)) for message in messages]
    request_fields = {"number", *CHOICE}
    assert documented == {name for message in sent for name in message} | set(sent[-1]["faces"][0]) | request_fields
    for state in get_args(StateName):
        assert f"`{state}`" in table
    assert f"| every | `version` | {VERSION} |" in table
