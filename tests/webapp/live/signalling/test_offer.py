"""Offers of all kinds, most of them hostile; whatever passes here is given to aiortc."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from functools import cache

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.common.refused import RefusedError
from webapp.live.signalling.client_choice import ClientChoice
from webapp.live.signalling.offer import JSON, MAX_BYTES, MAX_CANDIDATES, SDP, read_offer


@cache
def sdp(direction: str = "sendonly", channel: bool = True, kinds: tuple[str, ...] = ("video",)) -> str:
    """An offer of aiortc's."""

    async def made() -> str:
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        for kind in kinds:
            peer.addTransceiver(kind, direction=direction)
        if channel:
            peer.createDataChannel("faces")
        await peer.setLocalDescription(await peer.createOffer())
        text = str(peer.localDescription.sdp)
        await peer.close()
        return text

    return asyncio.run(made())


def body(text: str, **fields: object) -> bytes:
    return json.dumps({"sdp": text, "type": "offer"} | fields).encode()


def fault(content_type: str, content: bytes) -> tuple[int, str]:
    """(status, sentence) of a refusal."""
    with pytest.raises(RefusedError) as refused:
        read_offer(content_type, content)
    return refused.value.status, str(refused.value)


def test_an_offer_is_read() -> None:
    offer = read_offer("application/json; charset=utf-8", body(sdp()))
    assert (offer.mode, offer.session, offer.sdp) == ("overlay", None, sdp())
    drawn = read_offer(JSON, body(sdp("sendrecv", channel=False), mode="drawn", session="abc"))
    assert (drawn.mode, drawn.session, drawn.choice) == ("drawn", "abc", None)
    chosen = read_offer(JSON, body(sdp(), choice={"number": 2, "detector": "facegrid", "mirror": True}))
    assert chosen.choice == ClientChoice(number=2, detector="facegrid", mirror=True)


def test_a_bare_sdp_publishes_and_needs_no_channel() -> None:
    text = sdp(channel=False, kinds=("audio", "video"))
    offer = read_offer("Application/SDP", text.encode())
    assert (offer.mode, offer.session, offer.sdp) == ("overlay", None, text)


@pytest.mark.parametrize(
    ("content_type", "given", "status", "sentence"),
    [
        ("", b"", 415, "received none"),
        ("text/html", b"<p>", 415, "received text/html"),
        (JSON, b"", 400, "Invalid JSON"),
        (JSON, b"[" * 50_000, 400, "Expected JSON"),
        (JSON, b"null", 400, "Expected JSON"),
        (JSON, b"\xff\xfe", 400, "Expected JSON"),
        (JSON, b"{}", 400, "sdp: Field required"),
        (JSON, b'{"sdp": 7, "type": "offer"}', 400, "sdp:"),
        (JSON, body("v=0", type="answer"), 400, "type:"),
        (JSON, body("v=0", mode="x-ray"), 400, "mode:"),
        (JSON, body("v=0", session="x" * 65), 400, "session:"),
        (JSON, body("v=0", more=1), 400, "more:"),
        (JSON, body("v=0", choice={"threshold": 6}), 400, "choice.threshold:"),
        (JSON, body("v=0", choice={"number": -1}), 400, "choice.number:"),
        (JSON, body("v=0", choice={"colour": "red"}), 400, "choice.colour:"),
        (JSON, body("v=0", choice=[]), 400, "choice:"),
        (JSON, body("x" * (MAX_BYTES + 1)), 400, "sdp:"),
        (JSON, body("no SDP at all"), 400, "received none"),
        (JSON, body("v=0\r\nm=video\r\n"), 400, "cannot be parsed"),
        (JSON, body("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 999999999999\r\n"), 400, "cannot be parsed"),
        (JSON, body("v=seven\r\n"), 400, "cannot be parsed"),
        (JSON, body("v=0\r\n"), 400, "received none"),
        (SDP, b"", 400, "Expected"),
        (SDP, b"\xff\xfe\0", 400, "UTF-8"),
        (SDP, b"\0" * 1000, 400, "Expected"),
    ],
)
def test_what_is_no_offer_is_refused_in_a_sentence(content_type: str, given: bytes, status: int, sentence: str) -> None:
    received, message = fault(content_type, given)
    assert received == status
    assert sentence in message


def again(text: str, kind: str, times: int) -> str:
    """The offer with its section of a kind several times, each with a name of its own."""
    begin = text.index(f"m={kind}")
    end = text.find("m=", begin + 2)
    section = text[begin : end if end > 0 else len(text)]
    mid = section.split("a=mid:")[1].split("\r\n")[0]
    return text + "".join(section.replace(f"a=mid:{mid}", f"a=mid:more{n}") for n in range(times))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (again(sdp(), "video", 1), "Expected one video section"),
        (again(sdp(), "video", 10), "Expected one video section"),
        (again(sdp(), "application", 1), "Expected one video section"),
        (sdp(kinds=("video", "audio", "audio")), "Expected one video section"),
        (sdp(kinds=("audio",)), "received audio, application"),
        (sdp().replace("m=application", "m=message"), "received video, message"),
        (sdp("recvonly"), "received one whose video is recvonly"),
        (sdp("inactive"), "received one whose video is inactive"),
        (sdp(channel=False), "data channel"),
        (sdp().replace("a=fingerprint", "a=print"), "fingerprint"),
        (sdp().replace("a=setup", "a=set"), "DTLS role"),
        (sdp().replace("a=setup:actpass", "a=setup:sideways"), "cannot be parsed"),
        (sdp().replace("a=ice-ufrag", "a=ice-frag"), "ICE credentials"),
        (sdp().replace("a=mid:1", "a=mid:0"), "mid"),
        (sdp().replace("a=mid:0", "a=id:0"), "mid"),
    ],
)
def test_offers_that_no_session_could_answer_are_refused(text: str, sentence: str) -> None:
    status, message = fault(JSON, body(text))
    assert status == 400
    assert sentence in message


def test_what_is_to_be_drawn_must_be_taken_back() -> None:
    assert "sendrecv" in fault(JSON, body(sdp(), mode="drawn"))[1]


def test_nobody_is_sent_packets_for_others() -> None:
    line = "a=candidate:1 1 udp 1 192.0.2.{} {} typ host\r\n"
    candidates = "".join(line.format(n % 250, 1000 + n) for n in range(MAX_CANDIDATES + 1))
    assert "ICE candidates" in fault(SDP, (sdp() + candidates).encode())[1]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([JSON, SDP]))
def test_whatever_comes_is_read_or_refused(given: bytes, content_type: str) -> None:
    with suppress(RefusedError):
        read_offer(content_type, given)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_offers_are_read_or_refused(data: st.DataObject) -> None:
    lines = sdp().split("\r\n")
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, len(lines) - 1))
        lines[index] = data.draw(
            st.sampled_from(["", lines[index][:5], lines[index] * 2, "m=video 9 X 1", "a=rtpmap:x"])
        )
    with suppress(RefusedError):
        read_offer(SDP, "\r\n".join(lines).encode())
