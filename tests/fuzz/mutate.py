"""Deterministic mutation of inputs, without coverage guidance."""

from __future__ import annotations

import random
from collections.abc import Sequence

TELLING = (b"\0", b"\xff", b"\x80", b"\x7f", b"\0\0", b"\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"-1", b"9" * 20)
TELLING_TEXT = (
    b"\n",
    b"\r\n",
    b"\t",
    b",",
    b";",
    b'"',
    b"'",
    b"[",
    b"]",
    b"{",
    b"}",
    b"nan",
    b"1e999",
    b"\xc2\xb2",
    b"%",
)
"""What parsers stumble over."""
MAX_STEPS = 5


def mutate(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Return an input with a few changes. others: inputs to splice in."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, MAX_STEPS)):
        _change(changed, others, chance)
    return bytes(changed)


def _change(data: bytearray, others: Sequence[bytes], chance: random.Random) -> None:
    position = chance.randint(0, len(data))
    end = min(len(data), position + chance.choice((1, 1, 2, 4, 8, 32)))
    match chance.randrange(6):
        case 0:
            data[position:end] = chance.randbytes(end - position)
        case 1:
            data[position:end] = b""
        case 2:
            data[position:position] = data[position:end] * chance.choice((1, 2, 40))
        case 3:
            data[position:end] = chance.choice((*TELLING, *TELLING_TEXT))
        case 4:
            data[position:position] = chance.choice((*TELLING, *TELLING_TEXT))
        case _:
            spliced = chance.choice(others)
            start = chance.randint(0, len(spliced))
            data[position:] = spliced[start:]
