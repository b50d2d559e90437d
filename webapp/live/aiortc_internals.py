"""All that is used of aiortc and aioice beyond what they offer: private names, and what is put in place of their own.

Neither has a setting for any of it, and either may change it at any release: RELEASES are the ones that it was read in,
and a test stops at others. At an upgrade compare each name below with its source, and what the modules that use it say
of it; then raise RELEASES.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aioice import ice, stun
from aioice.ice import StunProtocol
from aiortc import (
    RTCDtlsTransport,
    RTCRtpReceiver,
    RTCRtpSender,
    RTCSctpTransport,
    clock,
    rtcrtpreceiver,
    rtcsctptransport,
)
from aiortc.codecs import h264, vpx
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtcdtlstransport import RtpRouter
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import RtpPacket

RELEASES = {"aiortc": "1.16.0", "aioice": "0.13.0"}

RECEIVER = "_RTCRtpReceiver__"
"""Begins the names of a receiver's private attributes."""


@dataclass(frozen=True, slots=True)
class Place:
    """A function, a method or a number of theirs, for which another can be put. owner: a module or a class."""

    owner: Any
    name: str

    @property
    def current(self) -> Any:
        """What is there now."""
        return getattr(self.owner, self.name)

    def replace(self, new: Any) -> None:
        """Put another there, for the whole process."""
        setattr(self.owner, self.name, new)


STUN_TRANSACTION = Place(stun, "Transaction")
STUN_DATAGRAM = Place(StunProtocol, "datagram_received")
STUN_REQUEST = Place(StunProtocol, "request")
CONSENT_FAILURES = Place(ice, "CONSENT_FAILURES")
DTLS_HANDSHAKE = Place(RTCDtlsTransport, "_do_handshake")
DTLS_RTP = Place(RTCDtlsTransport, "_handle_rtp_data")
DTLS_RTCP = Place(RTCDtlsTransport, "_handle_rtcp_data")
ROUTE_RTP = Place(RtpRouter, "route_rtp")
MAKE_RECEIVER = Place(RTCRtpReceiver, "__init__")
RECEIVER_REPORT = Place(RTCRtpReceiver, "_send_rtcp")
SENDER_RTCP = Place(RTCRtpSender, "_handle_rtcp_packet")
GET_DECODER = Place(rtcrtpreceiver, "get_decoder")
ARRIVAL_CLOCK = Place(clock, "current_ms")
VP8_MIN_BITRATE = Place(vpx, "MIN_BITRATE")
H264_MIN_BITRATE = Place(h264, "MIN_BITRATE")
SCTP_PARAMETERS = Place(rtcsctptransport, "decode_params")
SCTP_PARSE = Place(rtcsctptransport, "parse_packet")
SCTP_SERIALIZE = Place(rtcsctptransport, "serialize_packet")
SCTP_DATA = Place(RTCSctpTransport, "_handle_data")
SCTP_SACK = Place(RTCSctpTransport, "_receive_sack_chunk")
SCTP_RTO_INITIAL = Place(rtcsctptransport, "SCTP_RTO_INITIAL")
SCTP_RTO_MIN = Place(rtcsctptransport, "SCTP_RTO_MIN")
SCTP_MAX_INIT_RETRANS = Place(rtcsctptransport, "SCTP_MAX_INIT_RETRANS")


class PacedTransaction(stun.Transaction):
    """A question of STUN whose pace can be set."""

    def set_delay(self, seconds: float) -> None:
        """Wait so long after the next try."""
        setattr(self, "_Transaction__timeout_delay", seconds)  # noqa: B010

    def before_try(self) -> None:
        """Called before each try, for `set_delay`."""

    def _Transaction__retry(self) -> None:  # noqa: N802
        self.before_try()
        getattr(super(), "_Transaction__retry")()  # noqa: B009


class PacketBuffer(JitterBuffer):
    """A jitter buffer for video that leaves it to `hand_over` which frames go out, and how."""

    @property
    def first(self) -> int:
        """The sequence number that the buffer begins with."""
        assert self._origin is not None, "add() sets it first"
        return self._origin

    def packet(self, count: int) -> Any:
        """The packet so many after the first; None where it is missing."""
        return self._packets[(self.first + count) % self.capacity]

    def hand_over(self) -> None:
        """Called after each packet that was put in."""
        raise NotImplementedError

    def _remove_frame(self, sequence_number: int) -> JitterFrame | None:
        self.hand_over()
        return None


def depacketised(packet: RtpPacket) -> bytes:
    """What a received packet brings of a frame."""
    data: bytes = packet._data  # type: ignore[attr-defined]
    return data


def equip_receiver(receiver: RTCRtpReceiver, decoder: Any, buffer: Any, nacks: Any, estimator: Any) -> None:
    """Give a video receiver, before it starts, other parts.

    Args:
        receiver: of video.
        decoder: in place of its queue.Queue of frames that wait to be decoded.
        buffer: in place of its JitterBuffer.
        nacks: in place of its NackGenerator.
        estimator: in place of its RemoteBitrateEstimator.
    """
    setattr(receiver, f"{RECEIVER}decoder_queue", decoder)
    setattr(receiver, f"{RECEIVER}jitter_buffer", buffer)
    setattr(receiver, f"{RECEIVER}nack_generator", nacks)
    setattr(receiver, f"{RECEIVER}remote_bitrate_estimator", estimator)


def codec_of(receiver: RTCRtpReceiver, packet: RtpPacket) -> RTCRtpCodecParameters:
    """The codec of a packet of a receiver's."""
    codec: RTCRtpCodecParameters = getattr(receiver, f"{RECEIVER}codecs")[packet.payload_type]
    return codec


def ask_for_whole(receiver: RTCRtpReceiver) -> None:
    """Have a receiver ask for a whole picture, as it does for a frame that cannot be decoded."""
    getattr(receiver, f"{RECEIVER}decoder_error").set()


def mapped_timestamp(receiver: RTCRtpReceiver, timestamp: int) -> int:
    """The time that a receiver gives a frame by its RTP timestamp: counted from the first frame's, never wrapping."""
    mapped: int = getattr(receiver, f"{RECEIVER}timestamp_mapper").map(timestamp)
    return mapped


def first_timestamp(receiver: RTCRtpReceiver) -> int | None:
    """The RTP timestamp that a receiver counts from; None before the first frame."""
    first: int | None = getattr(receiver, f"{RECEIVER}timestamp_mapper")._origin
    return first


def dtls_sending(transport: Any) -> Callable[[bytes], Awaitable[None]]:
    """How what is below DTLS sends a datagram."""
    send: Callable[[bytes], Awaitable[None]] = transport._send
    return send


def dtls_receiving(transport: Any) -> Callable[[], Awaitable[bytes]]:
    """How what is below DTLS waits for a datagram."""
    receive: Callable[[], Awaitable[bytes]] = transport._recv
    return receive


def send_dtls_by(transport: Any, send: Callable[[bytes], Awaitable[None]]) -> None:
    """Have what is below DTLS send so."""
    transport._send = send


def receive_dtls_by(transport: Any, receive: Callable[[], Awaitable[bytes]]) -> None:
    """Have what is below DTLS receive so."""
    transport._recv = receive


def dtls_role(transport: RTCDtlsTransport) -> str:
    """auto, client or server."""
    role: str = transport._role
    return role


def set_dtls_role(transport: RTCDtlsTransport, role: str) -> None:
    """Settle which end begins the handshake, the client; before it begins."""
    transport._set_role(role)


def last_sent_tsn(transport: RTCSctpTransport) -> int:
    """The number of the newest chunk of data that was sent, not yet wrapped: -1 is the largest."""
    return transport._local_tsn - 1


def window_left(transport: RTCSctpTransport) -> int:
    """Bytes that the other end may still send; negative where it sent more than it was allowed."""
    left: int = transport._advertised_rwnd
    return left


def chunks_ahead(transport: RTCSctpTransport) -> int:
    """Chunks that came while one before them is missing."""
    return len(transport._sack_misordered)


async def close_turn(transport: Any) -> None:
    """Give up a TURN server's relaying now: close() does it in a task, which a loop that ends does not wait for.

    Raises:
        stun.TransactionError: the server refuses, or does not answer.
    """
    await transport._close()
