from __future__ import annotations

import io
import struct
from typing import Any

import pytest

from webapp.sandbox.wire import MAX_BLOBS, MAX_HEADER_BYTES, Message, WireError, read, write


def written(header: dict[str, Any], *blobs: bytes) -> bytes:
    stream = io.BytesIO()
    write(stream, header, blobs)
    return stream.getvalue()


def test_messages_arrive_as_they_were_sent() -> None:
    stream = io.BytesIO(written({"a": [1, 0.1, None, "é"]}, b"", b"pixels") + written({}))
    assert read(stream, 100) == Message({"a": [1, 0.1, None, "é"]}, (b"", b"pixels"))
    assert read(stream, 100) == Message({}, ())
    assert read(stream, 100) is None


def test_numbers_are_exact() -> None:
    value = 2.7378342151641846
    message = read(io.BytesIO(written({"rating": value})), 0)
    assert message is not None
    assert message.header["rating"] == value


def test_every_truncation_is_reported() -> None:
    data = written({"a": 1}, b"pixels")
    for length in range(1, len(data)):
        with pytest.raises(WireError):
            read(io.BytesIO(data[:length]), 100)


def test_what_is_not_finite_is_not_sent() -> None:
    with pytest.raises(ValueError, match="JSON"):
        written({"a": float("nan")})


def raw(header: bytes) -> bytes:
    return struct.pack(">I", len(header)) + header + bytes(4)


@pytest.mark.parametrize(
    "data",
    [
        raw(b"[]"),
        raw(b"no json"),
        raw(b"\xff"),
        raw(b'{"a": NaN}'),
        raw(b'{"a": -Infinity}'),
        raw(b'{"a": 1e999}'),
        raw(b"[" * 100_000),
        struct.pack(">I", MAX_HEADER_BYTES + 1),
        written({})[:-4] + struct.pack(">I", MAX_BLOBS + 1),
        written({}, bytes(60), bytes(60)),
    ],
)
def test_what_is_no_message_of_ours_is_reported(data: bytes) -> None:
    with pytest.raises(WireError):
        read(io.BytesIO(data), 100)
