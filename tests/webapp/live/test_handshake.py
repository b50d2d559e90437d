"""Connections come about on networks that lose packets, as soon as chance allows."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aioice import stun
from aioice.ice import StunProtocol
from aiortc import RTCConfiguration, RTCPeerConnection, rtcsctptransport
from aiortc.rtcsctptransport import CookieAckChunk, InitAckChunk, InitChunk

from tests.patience import PATIENCE
from webapp.live.handshake import (
    CHECKS,
    LAST_REPEATS,
    LATEST,
    MAX_FLIGHT,
    SOONEST,
    Flight,
    answer_as_server,
    ask_soon,
    connect_soon,
)

HELLO, FINISHED, VIDEO = b"\x16hello", b"\x16finished", b"\x80video"


class Timers:
    """Stands for the loop: waits take no time, and are written down."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waits: list[float] = []
        sleep = asyncio.sleep

        async def wait(seconds: float) -> None:
            self.waits.append(seconds)
            await sleep(0)

        monkeypatch.setattr("webapp.live.handshake.asyncio.sleep", wait)

    def total(self) -> float:
        return sum(self.waits)


class Transport:
    """What is sent is kept; what comes is put in."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.comes: asyncio.Queue[bytes] = asyncio.Queue()
        self.closed = False

    async def _send(self, data: bytes) -> None:
        if self.closed:
            raise ConnectionError
        self.sent.append(data)

    async def _recv(self) -> bytes:
        return await self.comes.get()


async def turns(count: int = 10) -> None:
    """Let other tasks run, so often."""
    loop = asyncio.get_running_loop()
    for _ in range(count):
        turn = loop.create_future()
        loop.call_soon(turn.set_result, None)
        await turn


def test_a_flight_is_repeated_until_the_other_end_says_something(monkeypatch: pytest.MonkeyPatch) -> None:
    timers = Timers(monkeypatch)

    async def run() -> None:
        transport: Any = Transport()
        flight = Flight(transport)
        repeating = asyncio.ensure_future(flight.repeat())
        await transport._send(HELLO)
        await turns()
        assert transport.sent.count(HELLO) > 3
        assert timers.waits[:5] == pytest.approx([SOONEST, 2 * SOONEST, 4 * SOONEST, LATEST, LATEST])
        transport.comes.put_nowait(HELLO)
        assert await transport._recv() == HELLO
        await transport._send(b"\x16next")
        transport.sent.clear()
        await turns()
        assert set(transport.sent) == {b"\x16next"}
        for number in range(2 * MAX_FLIGHT):
            await transport._send(bytes([22, number]))
        transport.sent.clear()
        await turns(2)
        assert len(set(transport.sent)) <= MAX_FLIGHT
        flight.passed(last=False)
        await repeating
        assert transport._send == Transport._send.__get__(transport), "the transport is as it was"

    asyncio.run(run())


@pytest.mark.parametrize("comes", [True, False])
def test_the_last_flight_is_repeated_until_what_follows_it_comes(comes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    timers = Timers(monkeypatch)

    async def run() -> None:
        transport: Any = Transport()
        flight = Flight(transport)
        repeating = asyncio.ensure_future(flight.repeat())
        await transport._send(FINISHED)
        transport.sent.clear()
        flight.passed(last=True)
        await transport._send(VIDEO)
        if comes:
            for data in (FINISHED, VIDEO):
                transport.comes.put_nowait(data)
                await transport._recv()
        await repeating
        assert transport.sent.count(VIDEO) == 1
        assert transport.sent.count(FINISHED) <= (1 if comes else LAST_REPEATS)
        assert comes or transport.sent.count(FINISHED) == LAST_REPEATS

    asyncio.run(run())
    assert timers.total() < 5


def test_a_path_that_is_lost_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Timers(monkeypatch)

    async def run() -> None:
        transport: Any = Transport()
        flight = Flight(transport)
        await transport._send(HELLO)
        transport.closed = True
        await asyncio.wait_for(flight.repeat(), PATIENCE)

    asyncio.run(run())


class Loop:
    """A loop's timers alone, by the test's clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.due: list[tuple[float, Any]] = []

    def call_later(self, delay: float, callback: Any) -> None:
        self.due.append((self.now + delay, callback))

    def run(self, seconds: float) -> None:
        while self.due and self.due[0][0] <= seconds:
            self.now, callback = self.due.pop(0)
            callback()


def send_times(monkeypatch: pytest.MonkeyPatch, protocol: Any, seconds: float, **options: Any) -> list[float]:
    """When a question without an answer is sent, seconds."""
    ask_soon()
    loop, sent = Loop(), []

    class Sending(type(protocol)):  # type: ignore[misc]
        def send_stun(self, message: stun.Message, addr: Any) -> None:
            sent.append(loop.now)

    async def run() -> None:
        monkeypatch.setattr("aioice.stun.asyncio.get_running_loop", lambda: loop)
        question = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        protocol.__class__ = Sending
        transaction = stun.Transaction(question, ("192.0.2.1", 1), protocol, **options)
        getattr(transaction, "_Transaction__retry")()  # noqa: B009
        loop.run(seconds)
        monkeypatch.undo()

    asyncio.run(run())
    return sent


def test_connectivity_checks_are_repeated_soon_and_for_as_long_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    async def protocol() -> StunProtocol:
        return StunProtocol(object())  # type: ignore[arg-type]

    times = send_times(monkeypatch, asyncio.run(protocol()), 100.0)
    assert times[:5] == pytest.approx([0, 0.1, 0.3, 0.7, 1.5])
    assert len(times) == 1 + CHECKS
    assert 30 < times[-1] < 40


def test_a_turn_server_is_asked_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    class Turn:
        pass

    assert send_times(monkeypatch, Turn(), 100.0)[:3] == pytest.approx([0, 0.5, 1.5])


def test_an_init_is_repeated_without_a_tag_so_that_it_is_taken() -> None:
    connect_soon()

    def tag(chunk: Any) -> int:
        data = rtcsctptransport.serialize_packet(5000, 5000, 7, chunk)
        return rtcsctptransport.parse_packet(data)[2]

    assert tag(InitChunk()) == 0
    assert [tag(chunk) for chunk in (InitAckChunk(), CookieAckChunk())] == [7, 7]


@pytest.mark.parametrize(("setup", "answer"), [("actpass", "passive"), ("active", "passive"), ("passive", "active")])
def test_who_offers_begins_where_both_may(setup: str, answer: str) -> None:
    async def run() -> str:
        offering, answering = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
        offering.addTransceiver("video", direction="sendonly")
        offering.createDataChannel("faces")
        await offering.setLocalDescription(await offering.createOffer())
        description = offering.localDescription
        description.sdp = description.sdp.replace("a=setup:actpass", f"a=setup:{setup}")
        await answering.setRemoteDescription(description)
        answer_as_server(answering)
        await answering.setLocalDescription(await answering.createAnswer())
        sdp = str(answering.localDescription.sdp)
        await asyncio.gather(offering.close(), answering.close())
        return sdp

    lines = {line for line in asyncio.run(run()).splitlines() if line.startswith("a=setup:")}
    assert lines == {f"a=setup:{answer}"}
