"""How the bytes of an input are taken apart."""

from __future__ import annotations

import re

NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
"""What a server lets through as a header (RFC 9110)."""


def packets(data: bytes) -> list[bytes]:
    """Packets, each with its length in two bytes before it; the last one may be cut."""
    found = []
    while len(data) >= 2:
        length = int.from_bytes(data[:2], "big")
        found.append(data[2 : 2 + length])
        data = data[2 + length :]
    return found


def framed(*given: bytes) -> bytes:
    """The input that `packets` takes apart into these."""
    return b"".join(len(one).to_bytes(2, "big") + one for one in given)


def request(data: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Headers as ASGI has them, a line each, and after an empty line the body. What no server passes on is left out."""
    head, _, body = data.partition(b"\n\n")
    lines = [line.partition(b":") for line in head.split(b"\n")]
    headers = [(name.lower(), value.strip()) for name, _, value in lines]
    return [(name, value) for name, value in headers if NAME.fullmatch(name) and VALUE.fullmatch(value)], body
