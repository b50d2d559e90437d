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
    at = chance.randint(0, len(data))
    end = min(len(data), at + chance.choice((1, 1, 2, 4, 8, 32)))
    match chance.randrange(6):
        case 0:
            data[at:end] = chance.randbytes(end - at)
        case 1:
            data[at:end] = b""
        case 2:
            data[at:at] = data[at:end] * chance.choice((1, 2, 40))
        case 3:
            data[at:end] = chance.choice((*TELLING, *TELLING_TEXT))
        case 4:
            data[at:at] = chance.choice((*TELLING, *TELLING_TEXT))
        case _:
            other = chance.choice(others)
            start = chance.randint(0, len(other))
            data[at:] = other[start:]
