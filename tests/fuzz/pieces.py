"""Split an input's bytes into parts."""

from __future__ import annotations

import re

NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
"""Header values that a server accepts (RFC 9110)."""


def packets(data: bytes) -> list[bytes]:
    """Return packets, each preceded by its length in two bytes; the last one may be truncated."""
    parsed = []
    while len(data) >= 2:
        length = int.from_bytes(data[:2], "big")
        parsed.append(data[2 : 2 + length])
        data = data[2 + length :]
    return parsed


def framed(*parts: bytes) -> bytes:
    """Return the input that `packets` splits into these."""
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


def request(data: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return ASGI headers, one per line, and the body after an empty line; omits headers that no server accepts."""
    head, _, body = data.partition(b"\n\n")
    lines = [line.partition(b":") for line in head.split(b"\n")]
    headers = [(name.lower(), value.strip()) for name, _, value in lines]
    return [(name, value) for name, value in headers if NAME.fullmatch(name) and VALUE.fullmatch(value)], body
