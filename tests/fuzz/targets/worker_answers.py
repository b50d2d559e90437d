"""Answers of a worker compromised by a picture. The first byte selects the kind of job."""

from __future__ import annotations

import io

from core.errors import FairestError
from webapp.sandbox import answers, wire
from webapp.sandbox.answers import AnswerError
from webapp.sandbox.wire import WireError

ALLOWED = (FairestError, AnswerError, WireError)


def fuzz(data: bytes) -> None:
    message = wire.read(io.BytesIO(data[1:]), 1_000_000)
    if message is not None and data[0] & 1:
        answers.read(answers.rated, message)
    elif message is not None:
        answers.read(answers.listing, message)
