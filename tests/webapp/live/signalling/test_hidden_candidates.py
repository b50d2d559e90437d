from __future__ import annotations

import asyncio
import re

import pytest

from tests.live.caller import Caller
from tests.webapp.live.signalling.hosting import House, film, gone, told_faces
from webapp.live.signalling.hidden_candidates import split_hidden

NAME = "0cbb9a4e-8b1f-4b9e-9d5c-3a3f4a6c7d11.local"

FIREFOX = "\r\n".join(
    [
        "v=0",
        "o=mozilla...THIS_IS_SDPARTA-99.0 8265440976285954539 0 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0 1",
        "m=video 37214 UDP/TLS/RTP/SAVPF 120",
        f"c=IN IP4 {NAME}",
        f"a=candidate:0 1 UDP 2122187007 {NAME} 37214 typ host",
        f"a=candidate:1 1 TCP 2105458943 {NAME} 9 typ host tcptype active",
        "a=candidate:2 1 UDP 1685987327 198.51.100.7 40000 typ srflx raddr 0.0.0.0 rport 0",
        "a=end-of-candidates",
        f"a=rtcp:37215 IN IP4 {NAME}",
        "m=application 37214 UDP/DTLS/SCTP webrtc-datachannel",
        f"c=IN IP4 {NAME}",
        f"a=candidate:0 1 UDP 2122187007 {NAME} 37214 typ host",
        "a=end-of-candidates",
        "",
    ]
)
"""The lines of an offer of Firefox that matter here."""


class Hiding(Caller):
    """A client whose offer names all its addresses, as a browser's does that may not use the camera yet."""

    async def offer(self) -> str:
        sdp = await super().offer()
        sdp = re.sub(r"(a=candidate:\S+ \d+ \S+ \d+) \S+", rf"\1 {NAME}", sdp)
        return re.sub(r"IN IP4 \S+\r\n(a=mid|m=|a=rtcp|a=send)", rf"IN IP4 {NAME}\r\n\1", sdp)


def test_what_must_be_resolved_is_taken_out_of_the_offer() -> None:
    shown, hidden = split_hidden(FIREFOX)
    assert NAME not in shown
    assert "end-of-candidates" not in shown
    assert shown.count("c=IN IP4 0.0.0.0\r\n") == 2
    assert "a=rtcp:37215 IN IP4 0.0.0.0\r\n" in shown
    assert [line for line in shown.splitlines() if "candidate:" in line] == [
        "a=candidate:2 1 UDP 1685987327 198.51.100.7 40000 typ srflx raddr 0.0.0.0 rport 0"
    ]
    assert [(candidate.ip, candidate.protocol, candidate.sdpMLineIndex) for candidate in hidden] == [
        (NAME, "UDP", 0),
        (NAME, "TCP", 0),
        (NAME, "UDP", 1),
    ]


def test_an_offer_without_names_is_left_as_it_is() -> None:
    plain = FIREFOX.replace(NAME, "192.0.2.1").replace("a=end-of-candidates\r\n", "")
    assert split_hidden(plain) == (plain, [])


@pytest.mark.parametrize("mode", ["overlay", "drawn"])
def test_a_client_connects_whose_names_nobody_can_resolve(house: House, mode: str) -> None:
    async def run() -> None:
        async with Hiding(house.url, film(), mode) as client:
            reply = await client.call()
            assert reply.status == 201, reply.body
            await told_faces(client)
            await client.end()
        await gone(house)

    asyncio.run(run())


def test_a_client_that_ends_while_names_are_resolved_leaves_nothing(house: House) -> None:
    async def run() -> None:
        async with Hiding(house.url, film()) as client:
            await client.call()
            await client.end()
        await gone(house)

    asyncio.run(run())
