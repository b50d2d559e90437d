"""Drop packets that aiortc and aioice handle badly: those that would end a connection, or stall all connections.

Their parsers reject a packet with ValueError, which their callers expect. Any other exception ends the receiving task,
and with it the connection; and some packets take far more processing than their size justifies. docs/upstream.md has a
report of each.
"""

from __future__ import annotations

import functools
import logging
import struct
from collections.abc import Callable, Coroutine
from typing import Any

from aioice.ice import StunProtocol
from aiortc import RTCRtpSender, RTCSctpTransport
from aiortc.rtcdtlstransport import RtpRouter
from aiortc.rtcsctptransport import SCTP_TSN_MODULO, SackChunk, padl
from aiortc.rtp import RTP_HISTORY_SIZE, RtcpRtpfbPacket, RtpPacket

from webapp.live.aiortc_internals import (
    DTLS_RTCP,
    DTLS_RTP,
    RECEIVER_REPORT,
    ROUTE_RTP,
    SCTP_DATA,
    SCTP_PARAMETERS,
    SCTP_PARSE,
    SCTP_SACK,
    SENDER_RTCP,
    STUN_DATAGRAM,
    chunks_ahead,
    last_sent_tsn,
    window_left,
)

logger = logging.getLogger(__name__)

MAX_SOURCES = 30
"""Maximum SSRCs per connection; an RTCP receiver report has room for 31."""
MAX_AHEAD = 4096
"""Maximum DATA chunks received after a missing one: more than the window holds of full chunks."""
PARAM_HEADER = 4
"""Bytes before the value of an SCTP parameter."""


class WindowError(ValueError):
    """The peer has sent more than its window allows."""


def note(protocol: str, fault: Exception) -> None:
    """Log a dropped packet, at debug level: whoever sends one can send many."""
    logger.debug("a packet is dropped", extra={"protocol": protocol, "fault": type(fault).__name__})


def dropping(
    protocol: str, handle: Callable[..., Coroutine[Any, Any, None]]
) -> Callable[..., Coroutine[Any, Any, None]]:
    """Wrap a packet handler so that it raises nothing but ConnectionError, whatever the packet."""

    @functools.wraps(handle)
    async def handled(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            await handle(self, *args, **kwargs)
        except ConnectionError:
            raise
        except Exception as error:
            note(protocol, error)

    return handled


def parameters(body: bytes) -> list[tuple[int, bytes]]:
    """Parse the parameters of an SCTP chunk into (type, value) pairs.

    Raises:
        ValueError: a length is less than that of the header, or more than the remaining bytes.
    """
    pairs = []
    offset = 0
    while offset <= len(body) - PARAM_HEADER:
        kind, length = struct.unpack_from("!HH", body, offset)
        if not PARAM_HEADER <= length <= len(body) - offset:
            raise ValueError(f"expected a parameter of {PARAM_HEADER} to {len(body) - offset} bytes; received {length}")
        pairs.append((kind, body[offset + PARAM_HEADER : offset + length]))
        offset += length + padl(length)
    return pairs


def check_gaps(transport: RTCSctpTransport, chunk: SackChunk) -> None:
    """Check that a SACK's gaps lie within the chunks sent: aiortc iterates over every number in them.

    Raises:
        ValueError: they do not.
    """
    outstanding = (last_sent_tsn(transport) - chunk.cumulative_tsn) % SCTP_TSN_MODULO
    if any(not 1 <= first <= last <= outstanding for first, last in chunk.gaps):
        raise ValueError(f"expected gaps within {outstanding} chunks; received others")


def check_window(transport: RTCSctpTransport) -> None:
    """Check that the peer respects the window, which aiortc advertises but does not enforce.

    Raises:
        WindowError: it does not.
    """
    if window_left(transport) < 0 or chunks_ahead(transport) > MAX_AHEAD:
        raise WindowError("expected no more data than the window holds; more came")


@functools.cache
def drop_bad_packets() -> None:
    """Make aiortc and aioice drop bad packets from now on; once per process."""
    _patch_ice()
    _patch_rtp()
    _patch_sctp()


def _patch_ice() -> None:
    received = STUN_DATAGRAM.current

    @functools.wraps(received)
    def datagram_received(self: StunProtocol, data: bytes, addr: tuple[Any, ...]) -> None:
        # Anyone can send an empty datagram, and the code downstream reads the first byte.
        if not data:
            return
        try:
            received(self, data, addr)
        except Exception as error:
            note("STUN", error)

    STUN_DATAGRAM.replace(datagram_received)


def _patch_rtp() -> None:
    for place in (DTLS_RTP, DTLS_RTCP):
        place.replace(dropping("RTP", place.current))
    # A report that cannot be packed would end the reporting task, and stopping the receiver would wait for it forever.
    RECEIVER_REPORT.replace(dropping("RTCP", RECEIVER_REPORT.current))
    route, take = ROUTE_RTP.current, SENDER_RTCP.current

    @functools.wraps(route)
    def route_rtp(self: RtpRouter, packet: RtpPacket) -> Any:
        crowded = packet.ssrc not in self.ssrc_table and len(self.ssrc_table) >= MAX_SOURCES
        return None if crowded else route(self, packet)

    @functools.wraps(take)
    async def handle_rtcp_packet(self: RTCRtpSender, packet: Any) -> None:
        if isinstance(packet, RtcpRtpfbPacket):
            # aiortc retransmits a packet once for each time that the NACK lists it.
            packet.lost = list(dict.fromkeys(packet.lost))[:RTP_HISTORY_SIZE]
        await take(self, packet)

    ROUTE_RTP.replace(route_rtp)
    SENDER_RTCP.replace(handle_rtcp_packet)


def _patch_sctp() -> None:
    parse, handle, take_sack = SCTP_PARSE.current, SCTP_DATA.current, SCTP_SACK.current

    @functools.wraps(parse)
    def parse_packet(data: bytes) -> Any:
        try:
            return parse(data)
        except struct.error as error:
            raise ValueError("expected chunks with all their fields") from error

    @functools.wraps(take_sack)
    async def receive_sack_chunk(self: RTCSctpTransport, chunk: SackChunk) -> None:
        check_gaps(self, chunk)
        await take_sack(self, chunk)

    @functools.wraps(handle)
    async def handle_data(self: RTCSctpTransport, data: bytes) -> None:
        await handled(self, data)
        try:
            check_window(self)
        except WindowError as error:
            note("SCTP", error)
            await self.stop()

    handled = dropping("SCTP", handle)
    SCTP_PARAMETERS.replace(parameters)
    SCTP_PARSE.replace(parse_packet)
    SCTP_SACK.replace(receive_sack_chunk)
    SCTP_DATA.replace(handle_data)
