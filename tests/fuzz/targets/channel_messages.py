"""Channel messages to a live client, about faces with arbitrary numbers; the client must be able to parse them."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

from core.face import Box, Face
from core.live.messages import Faces, FrameTime, Hello, State, encode
from core.live.scene import Motion, Scene

ALLOWED: tuple[type[Exception], ...] = ()
NUMBERS = 12
"""Numbers per face."""


def _number(text: str) -> Any:
    raise AssertionError(f"no JSON: {text}")


def fuzz(data: bytes) -> None:
    count = len(data) // 4
    numbers = [value if math.isfinite(value) else 0.0 for value in struct.unpack(f"<{count}f", data[: 4 * count])]
    faces, motions = [], []
    while len(numbers) >= NUMBERS:
        x, y, w, h, confidence, rating, age, probability, *moves = numbers[:NUMBERS]
        numbers = numbers[NUMBERS:]
        label = data[:8].decode("utf-8", "replace")
        faces.append(
            Face(Box(x, y, abs(w), abs(h)), confidence, rating=rating, label=label, probability=probability, age=age)
        )
        motions.append(Motion(*moves))
    time = numbers[0] if numbers else 0.0
    scene = Scene(time, (640, 480), tuple(faces), tuple(motions))
    name = data.decode("utf-8", "replace")
    for message in (Faces(scene, FrameTime(time), time), Hello(name, "drawn", (name, name), 3.0), State("live")):
        text = encode(message)
        assert json.loads(text, parse_constant=_number)["type"] == message.type
        assert "\n" not in text
