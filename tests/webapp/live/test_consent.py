from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aioice import stun
from aioice.ice import StunProtocol

from webapp.live.consent import wait_for_late_answers

LATE = 0.8
"""Seconds: later than aioice waits by itself, and far sooner than we do."""


class Line:
    """Sends nothing anywhere; the first question is answered late, or never."""

    def __init__(self, protocol: StunProtocol, answers: bool) -> None:
        self.sent = 0
        self._protocol = protocol
        self._answers = answers

    def sendto(self, data: bytes, addr: Any) -> None:
        self.sent += 1
        if self._answers and self.sent == 1:
            request = stun.parse_message(data)
            answer = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, transaction_id=request.transaction_id)
            asyncio.get_running_loop().call_later(LATE, self._take, answer, addr)

    def _take(self, answer: stun.Message, addr: Any) -> None:
        transaction = self._protocol.transactions.get(answer.transaction_id)
        if transaction is not None:
            transaction.response_received(answer, addr)


async def ask(answers: bool) -> Line:
    """A question as aioice asks it to see whether the other end is still there."""
    protocol = StunProtocol(object())  # type: ignore[arg-type]
    line = Line(protocol, answers)
    protocol.transport = line  # type: ignore[assignment]
    question = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    await protocol.request(question, ("192.0.2.1", 1), retransmissions=0)
    return line


def test_an_answer_that_comes_late_counts() -> None:
    wait_for_late_answers()
    assert asyncio.run(ask(answers=True)).sent > 1


def test_who_never_answers_is_given_up() -> None:
    wait_for_late_answers()
    with pytest.raises(stun.TransactionTimeout):
        asyncio.run(ask(answers=False))
