"""Messages between the server and a worker: a JSON header and blobs, each length-prefixed.

    4 bytes  length of the header    header, UTF-8
    4 bytes  number of blobs         for each: 4 bytes length, bytes

Only plain data, so that neither side can make the other execute anything. Lengths are checked before reading: a worker
compromised by a picture may write anything.

multiprocessing.connection frames messages too, but it takes a negative length for an empty message, and a stream cut
right after a length for a regular end, and needs three times as long for 50 MB.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

MAX_HEADER_BYTES = 1 << 20
MAX_BLOBS = 1000

OPENING, WORKING = "opening", "working"
"""Stages of a job, which a worker reports in separate messages: an untrusted file is being opened; everything else."""

RATE, LIST, WARM, FORGET = "rate", "list", "warm", "forget"
"""Kinds of jobs; see webapp.sandbox.jobs."""

_LENGTH = struct.Struct(">I")


class WireError(Exception):
    """The received data is not a valid message."""


@dataclass(frozen=True, slots=True)
class Message:
    """header: JSON types, finite numbers. blobs: raw bytes."""

    header: dict[str, Any]
    blobs: tuple[bytes, ...] = ()


def write(stream: IO[bytes], header: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Write a message and flush.

    Raises:
        OSError: the other end is closed.
    """
    text = json.dumps(dict(header), allow_nan=False).encode()
    stream.write(_LENGTH.pack(len(text)) + text + _LENGTH.pack(len(blobs)))
    for blob in blobs:
        stream.write(_LENGTH.pack(len(blob)))
        stream.write(blob)
    stream.flush()


def read(stream: IO[bytes], max_bytes: int) -> Message | None:
    """Read a message; None if the stream ends before one begins.

    Args:
        stream: the stream.
        max_bytes: maximum size of all blobs together.

    Raises:
        WireError: it is truncated, too long, or its header is not a JSON object with finite numbers.
    """
    length = stream.read(_LENGTH.size)
    if not length:
        return None
    header = _parsed(_exactly(stream, _length(length, MAX_HEADER_BYTES)))
    blobs = []
    for _ in range(_length(stream.read(_LENGTH.size), MAX_BLOBS)):
        size = _length(stream.read(_LENGTH.size), max_bytes)
        max_bytes -= size
        blobs.append(_exactly(stream, size))
    return Message(header, tuple(blobs))


def _length(packed: bytes, maximum: int) -> int:
    if len(packed) != _LENGTH.size:
        raise WireError("expected a length; the stream ended")
    (value,) = _LENGTH.unpack(packed)
    if value > maximum:
        raise WireError(f"expected at most {maximum}; received {value}")
    return int(value)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise WireError(f"expected {size} bytes; the stream ended after {len(data)}")
    return data


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as error:
        raise WireError("expected a header in JSON with finite numbers") from error
    if not isinstance(header, dict):
        raise WireError(f"expected a JSON object; received {type(header).__name__}")
    return header


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"expected a finite number; received {text}")
    return value
