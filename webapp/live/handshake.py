"""Fast connection setup on lossy networks: retransmit what was not answered within a tenth or half of a second.

By default aioice waits half a second, OpenSSL one and aiortc's SCTP three, and the first two double that each time.
With one packet in four lost, connecting then takes ten seconds or more. OpenSSL's timers cannot be set from Python, so
its last flight is resent unchanged: a peer that has already received it drops the copy (RFC 9147, section 4.5.1).
"""

from __future__ import annotations

import asyncio
import functools
from typing import Any

from aioice import stun
from aioice.ice import StunProtocol
from aiortc import RTCDtlsTransport, RTCPeerConnection
from aiortc.rtcsctptransport import Chunk, InitChunk
from aiortc.sdp import SessionDescription

from webapp.live.aiortc_internals import (
    DTLS_HANDSHAKE,
    SCTP_MAX_INIT_RETRANS,
    SCTP_RTO_INITIAL,
    SCTP_RTO_MIN,
    SCTP_SERIALIZE,
    STUN_TRANSACTION,
    PacedTransaction,
    dtls_receiving,
    dtls_role,
    dtls_sending,
    receive_dtls_by,
    send_dtls_by,
    set_dtls_role,
)

SOONEST, LATEST = 0.1, 0.8
"""Initial and maximum retransmission timeout of ICE checks and DTLS flights, seconds; it doubles in between. RFC 9147,
section 5.8.2, has 0.1 for real-time media; browsers start with 0.05."""

CHECKS = 40
"""Retransmissions of a connectivity check: half a minute, as long as aioice's default."""

SCTP_INITIAL, SCTP_LEAST = 0.5, 0.3
"""SCTP's initial and minimum retransmission timeout (RTO), seconds, as in browsers."""

SCTP_INITS = 60
"""Retransmissions of an SCTP INIT: half a minute."""

HANDSHAKE = range(20, 23)
"""DTLS content types of a handshake: 20 to 22. Records of other types were sent after it."""

LAST_REPEATS = 6
"""Retransmissions of the last flight until a record of another type arrives: three seconds."""

MAX_FLIGHT = 4
"""Maximum datagrams kept per flight; aiortc's have at most two."""


class PromptTransaction(PacedTransaction):
    """A STUN transaction that is retransmitted soon if it goes directly to the peer."""

    def __init__(self, request: stun.Message, addr: tuple[str, int], protocol: Any, **options: Any) -> None:
        direct = isinstance(protocol, StunProtocol)
        if direct and options.get("retransmissions") is None:
            options["retransmissions"] = CHECKS
        super().__init__(request, addr, protocol, **options)
        self._delay = SOONEST if direct else None
        self._set_delay()

    def _set_delay(self) -> None:
        if self._delay is not None:
            self.set_delay(min(self._delay, LATEST))

    def before_try(self) -> None:
        """Double the delay after each try."""
        self._set_delay()
        if self._delay is not None:
            self._delay *= 2


class Flight:
    """The datagrams a DTLS handshake has sent since the peer last answered, retransmitted until it answers."""

    def __init__(self, transport: Any) -> None:
        """Intercept the datagrams between a handshake and its transport until `repeat` is done.

        Args:
            transport: the transport below DTLS.
        """
        self._transport = transport
        self._out, self._in = dtls_sending(transport), dtls_receiving(transport)
        send_dtls_by(transport, self._send)
        receive_dtls_by(transport, self._recv)
        self._sent: list[bytes] = []
        self._answered = False
        self._delay = SOONEST
        self._left: int | None = None

    async def repeat(self) -> None:
        """Retransmit until the peer has completed the handshake as well, or the path is lost."""
        try:
            while True:
                await asyncio.sleep(self._delay)
                if self._left == 0:
                    break
                self._delay = min(2 * self._delay, LATEST)
                if self._left is not None:
                    self._left -= 1
                for data in list(self._sent):
                    await self._out(data)
        except ConnectionError:
            pass
        finally:
            send_dtls_by(self._transport, self._out)
            receive_dtls_by(self._transport, self._in)

    def passed(self, last: bool) -> None:
        """This end is done. last: whether its last flight ends the handshake, so that the peer may lack it."""
        send_dtls_by(self._transport, self._out)
        self._left = LAST_REPEATS if last else 0

    async def _send(self, data: bytes) -> None:
        if self._answered:
            self._sent.clear()
            self._answered = False
            self._delay = SOONEST
        self._sent = [*self._sent, data][-MAX_FLIGHT:]
        await self._out(data)

    async def _recv(self) -> bytes:
        data: bytes = await self._in()
        self._answered = True
        if self._left is not None and data and data[0] not in HANDSHAKE:
            self._left = 0
        return data


def answer_as_server(peer: RTCPeerConnection) -> None:
    """Make the offerer the DTLS client if it may be: browsers retransmit far sooner, and the last flight is only
    retransmitted on the client's request. Call it between the offer and the answer.
    """
    offered = SessionDescription.parse(peer.remoteDescription.sdp).media
    if any(media.dtls is None or media.dtls.role != "auto" for media in offered):
        return
    transports = {transceiver.receiver.transport for transceiver in peer.getTransceivers()}
    if peer.sctp is not None:
        transports.add(peer.sctp.transport)
    for transport in transports:
        if dtls_role(transport) == "auto":
            set_dtls_role(transport, "server")


def ask_soon() -> None:
    """Make aioice retransmit at this pace from now on."""
    STUN_TRANSACTION.replace(PromptTransaction)


@functools.cache
def connect_soon() -> None:
    """Patch aioice and aiortc for every connection from now on; once per process."""
    ask_soon()
    SCTP_RTO_INITIAL.replace(SCTP_INITIAL)
    SCTP_RTO_MIN.replace(SCTP_LEAST)
    SCTP_MAX_INIT_RETRANS.replace(SCTP_INITS)
    serialize, shake = SCTP_SERIALIZE.current, DTLS_HANDSHAKE.current

    @functools.wraps(serialize)
    def serialize_packet(source_port: int, destination_port: int, verification_tag: int, chunk: Chunk) -> bytes:
        # aiortc retransmits an INIT with the peer's tag, which no peer accepts (RFC 9260, section 8.5.1).
        tag = 0 if isinstance(chunk, InitChunk) else verification_tag
        packet: bytes = serialize(source_port, destination_port, tag, chunk)
        return packet

    @functools.wraps(shake)
    async def do_handshake(self: RTCDtlsTransport) -> None:
        flight = Flight(self.transport)
        repeating = asyncio.ensure_future(flight.repeat())
        self.on("statechange", lambda: self.state in {"failed", "closed"} and repeating.cancel())
        try:
            await shake(self)
        finally:
            last = self.encrypted and dtls_role(self) == "server"
            flight.passed(last)
            if not last:
                repeating.cancel()

    SCTP_SERIALIZE.replace(serialize_packet)
    DTLS_HANDSHAKE.replace(do_handshake)
