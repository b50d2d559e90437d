"""What aiortc and aioice take badly is dropped, and the connection goes on: in their own classes, or between two."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aioice import Candidate
from aioice import Connection as IceConnection
from aioice.ice import StunProtocol
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSctpTransport
from aiortc.mediastreams import VideoStreamTrack
from aiortc.rtcsctptransport import SackChunk
from aiortc.rtp import RTP_HISTORY_SIZE, RtcpPsfbPacket, RtcpRtpfbPacket, RtpPacket
from google_crc32c import value as crc32c

from tests.fuzz.connection import LOOP, SSRC, Connection
from tests.fuzz.targets.stun import Socket, signed
from tests.patience import PATIENCE
from webapp.live.bad_packets import MAX_AHEAD, MAX_SOURCES, check_gaps, check_window, parameters
from webapp.live.jitter import patch_all_receivers

REMB = bytes(RtcpPsfbPacket(fmt=15, ssrc=1, media_ssrc=0, fci=b"REMB\5\0\0\1"))
"""Says that five SSRCs follow, and ends."""
SHORT_EXTENSION = struct.pack("!BBHLLHH", 0x90, 97, 1, 1, 1, 0xBEDE, 1) + b"\x30\1\0\0"
"""The time of sending in one byte instead of three."""


def chunk(kind: int, body: bytes, flags: int = 3) -> bytes:
    return struct.pack("!BBH", kind, flags, len(body) + 4) + body


SCTP = {
    "data without its fields": chunk(0, b"\0\0"),
    "a parameter of no length": chunk(4, struct.pack("!HH", 1, 0)),
    "two beginnings": chunk(1, bytes(16)) * 2,
    "gaps that nobody left": chunk(3, struct.pack("!LLHH", 0, 100_000, 280, 0) + struct.pack("!HH", 0, 65_535) * 280),
    "a gap that ends before it begins": chunk(3, struct.pack("!LLHHHH", 9, 100_000, 1, 0, 5, 1)),
    "a text in no encoding": chunk(0, struct.pack("!LHHL", 1, 0, 0, 51) + b"\xff"),
    "an answer to nothing": chunk(0, struct.pack("!LHHL", 1, 7, 0, 50) + b"\2"),
    "a reset without its fields": chunk(130, struct.pack("!HH", 13, 4)),
}


def packed(transport: RTCSctpTransport, chunks: bytes) -> bytes:
    """An SCTP packet with its checksum, as the transport would send it."""
    head = struct.pack("!HHL", 5000, 5000, transport._remote_verification_tag)
    return head + struct.pack("<L", crc32c(head + bytes(4) + chunks)) + chunks


@asynccontextmanager
async def pair() -> AsyncIterator[tuple[RTCPeerConnection, RTCPeerConnection]]:
    """Two ends that are connected, with video and a data channel."""
    patch_all_receivers()
    local, remote = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    channel = local.createDataChannel("faces")
    local.addTrack(VideoStreamTrack())
    await local.setLocalDescription(await local.createOffer())
    await remote.setRemoteDescription(local.localDescription)
    await remote.setLocalDescription(await remote.createAnswer())
    await local.setRemoteDescription(remote.localDescription)
    try:
        await until(lambda: channel.readyState == "open")
        yield local, remote
    finally:
        await asyncio.wait_for(asyncio.gather(local.close(), remote.close()), PATIENCE)


def association(end: RTCPeerConnection) -> RTCSctpTransport:
    """What an end's data channels go over."""
    assert end.sctp is not None
    return end.sctp


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


async def still_there(local: RTCPeerConnection, remote: RTCPeerConnection) -> None:
    """See that what is said after a bad packet arrives, over the same connection."""
    heard: list[Any] = []
    remote.on("datachannel", lambda channel: channel.on("message", heard.append))
    after = local.createDataChannel("after")
    await until(lambda: after.readyState == "open")
    after.send("still there?")
    await until(lambda: heard == ["still there?"])
    assert remote.connectionState == "connected"


def sent_between(send: Callable[[RTCPeerConnection, RTCPeerConnection], Awaitable[object]]) -> None:
    """Have something sent from one end to the other, which must outlive it."""

    async def exchange() -> None:
        async with pair() as (local, remote):
            await send(local, remote)
            await still_there(local, remote)

    asyncio.run(exchange())


def test_an_empty_datagram_from_anybody_ends_no_connection() -> None:
    async def send(_local: RTCPeerConnection, remote: RTCPeerConnection) -> None:
        ice = association(remote).transport.transport._connection
        mine = ice._nominated[1].protocol.transport.get_extra_info("sockname")
        with socket.socket(socket.AF_INET6 if ":" in mine[0] else socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(b"", mine)

    sent_between(send)


@pytest.mark.parametrize("data", [SHORT_EXTENSION, REMB], ids=["extension", "bitrate"])
def test_a_packet_cut_short_ends_no_connection(data: bytes) -> None:
    sent_between(lambda local, _remote: association(local).transport._send_rtp(data))


def test_a_parameter_of_no_length_stops_nobody() -> None:
    def send(local: RTCPeerConnection, _remote: RTCPeerConnection) -> Awaitable[object]:
        sctp = association(local)
        return sctp.transport._send_data(packed(sctp, SCTP["a parameter of no length"]))

    sent_between(send)


@pytest.mark.parametrize("chunks", SCTP.values(), ids=SCTP.keys())
def test_a_chunk_that_makes_no_sense_is_dropped(chunks: bytes) -> None:
    async def exchange() -> None:
        connection = Connection()
        await connection.sctp._send(0, 51, b"a")
        await connection.sctp._handle_data(packed(connection.sctp, chunks))
        assert connection.sctp._association_state == RTCSctpTransport.State.ESTABLISHED
        await connection.close()

    LOOP.run_until_complete(exchange())


async def received(datagram: Callable[[IceConnection], bytes]) -> None:
    patch_all_receivers()
    connection = IceConnection(ice_controlling=False)
    protocol = StunProtocol(connection)
    socket_of: Any = Socket()
    protocol.connection_made(socket_of)
    protocol.local_candidate = Candidate.from_sdp("1 1 udp 1 192.0.2.1 5000 typ host")
    protocol.datagram_received(datagram(connection), ("192.0.2.7", 5000))
    assert connection._queue.empty()


PRIORITY_CUT_SHORT = bytes.fromhex("000100082112a442303132333435363738396162 0024000300000000")


@pytest.mark.parametrize(
    "datagram",
    [lambda _connection: PRIORITY_CUT_SHORT, lambda connection: signed(b"", connection)],
    ids=["short", "without priority"],
)
def test_a_datagram_that_makes_no_sense_is_dropped(datagram: Callable[[IceConnection], bytes]) -> None:
    LOOP.run_until_complete(received(datagram))


def test_parameters_are_read_with_their_padding() -> None:
    assert parameters(struct.pack("!HHBxxxHH", 1, 5, 7, 2, 4)) == [(1, b"\7"), (2, b"")]
    for length in (0, 3, 9):
        with pytest.raises(ValueError, match="expected a parameter"):
            parameters(struct.pack("!HHL", 1, length, 0))


def test_gaps_are_within_what_was_sent() -> None:
    async def exchange() -> None:
        connection = Connection()
        connection.sctp._local_tsn = 13
        sack = SackChunk()
        sack.cumulative_tsn = 9
        sack.gaps = [(2, 3)]
        check_gaps(connection.sctp, sack)
        for gaps in ([(2, 4)], [(0, 1)], [(3, 2)]):
            sack.gaps = gaps
            with pytest.raises(ValueError, match="expected gaps"):
                check_gaps(connection.sctp, sack)
        await connection.close()

    LOOP.run_until_complete(exchange())


def test_whoever_sends_more_than_the_window_holds_loses_the_association() -> None:
    async def exchange() -> None:
        connection = Connection()
        sctp = connection.sctp
        for number in range(sctp._advertised_rwnd // 1000 + 2):
            assert sctp._association_state == RTCSctpTransport.State.ESTABLISHED
            body = struct.pack("!LHHL", number + 1, 1, 0, 51) + bytes(1000)
            await sctp._handle_data(packed(sctp, chunk(0, body, flags=2 if not number else 0)))
            if sctp._advertised_rwnd < 0:
                break
        assert sctp._association_state == RTCSctpTransport.State.CLOSED
        await connection.close()

    LOOP.run_until_complete(exchange())


def test_whoever_runs_far_ahead_of_a_missing_chunk_does_too() -> None:
    async def exchange() -> None:
        connection = Connection()
        connection.sctp._sack_misordered = set(range(5, 5 + MAX_AHEAD))
        check_window(connection.sctp)
        connection.sctp._sack_misordered.add(2)
        with pytest.raises(ValueError, match="window"):
            check_window(connection.sctp)
        await connection.close()

    LOOP.run_until_complete(exchange())


def test_only_so_many_sources_are_known_and_the_reports_go_on() -> None:
    async def exchange() -> None:
        connection = Connection()
        for number in range(3 * MAX_SOURCES):
            await connection.rtp(RtpPacket(97, 1, 1, 1, SSRC + number, b"\x10\0").serialize())
        assert len(connection.dtls._rtp_router.ssrc_table) == MAX_SOURCES
        await connection.reports()
        await connection.close()

    LOOP.run_until_complete(exchange())


def test_a_report_that_cannot_be_packed_does_not_end_the_reports() -> None:
    async def exchange() -> None:
        connection = Connection()
        await connection.rtp(RtpPacket(97, 1, 1, 1, SSRC, b"\x10\0").serialize())
        (stream,) = getattr(connection.receiver, "_RTCRtpReceiver__remote_streams").values()  # noqa: B009
        stream._jitter_q4 = 1 << 37
        await connection.reports()
        await connection.close()

    LOOP.run_until_complete(exchange())


def test_each_lost_packet_is_sent_anew_once() -> None:
    async def exchange() -> None:
        connection = Connection()
        sent: list[int] = []

        async def resend(number: int) -> None:
            sent.append(number)

        setattr(connection.sender, "_retransmit", resend)  # noqa: B010
        fives, all_set = struct.pack("!HH", 5, 1) * 100, struct.pack("!HH", 7, 0xFFFF) * 100
        lost = RtcpRtpfbPacket.parse(struct.pack("!LL", 1, SSRC) + fives + all_set, 1)
        await connection.sender._handle_rtcp_packet(lost)
        lost.lost = list(range(1000))
        assert len(sent) == 2 + 17
        await connection.sender._handle_rtcp_packet(lost)
        assert sent[:2] == [5, 6]
        assert len(sent) == 2 + 17 + RTP_HISTORY_SIZE
        await connection.close()

    LOOP.run_until_complete(exchange())


def test_a_lost_path_still_ends_the_connection() -> None:
    async def exchange() -> None:
        connection = Connection()

        async def fail(_data: bytes) -> None:
            raise ConnectionError

        setattr(connection.dtls, "_send_data", fail)  # noqa: B010
        with pytest.raises(ConnectionError):
            await connection.sctp._handle_data(packed(connection.sctp, chunk(4, struct.pack("!HH", 1, 4))))
        await connection.close()

    LOOP.run_until_complete(exchange())
