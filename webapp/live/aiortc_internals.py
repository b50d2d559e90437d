"""All use of private names of aiortc and aioice, and all monkey patches of the two packages.

Neither package has a setting for any of it, and any release may change it: RELEASES are the versions that were checked,
and a test fails with others. When upgrading, compare each name below with its source and with the assumptions of the
modules that use it; then raise RELEASES.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aioice import ice, stun
from aioice.ice import StunProtocol
from aiortc import (
    RTCDtlsTransport,
    RTCPeerConnection,
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
"""Prefix of the names of a receiver's private attributes."""


@dataclass(frozen=True, slots=True)
class Place:
    """A function, method or number of theirs that can be replaced. owner: a module or a class."""

    owner: Any
    name: str

    @property
    def current(self) -> Any:
        """Return the current value."""
        return getattr(self.owner, self.name)

    def replace(self, new: Any) -> None:
        """Replace it for the whole process."""
        setattr(self.owner, self.name, new)


STUN_TRANSACTION = Place(stun, "Transaction")
STUN_DATAGRAM = Place(StunProtocol, "datagram_received")
STUN_REQUEST = Place(StunProtocol, "request")
CONSENT_FAILURES = Place(ice, "CONSENT_FAILURES")
CONNECT = Place(RTCPeerConnection, "_RTCPeerConnection__connect")
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
    """A STUN transaction whose retransmission interval can be set."""

    def set_delay(self, seconds: float) -> None:
        """Set the time to wait after the next try."""
        setattr(self, "_Transaction__timeout_delay", seconds)  # noqa: B010

    def before_try(self) -> None:
        """Called before each try; may call `set_delay`."""

    def _Transaction__retry(self) -> None:  # noqa: N802
        self.before_try()
        getattr(super(), "_Transaction__retry")()  # noqa: B009


class PacketBuffer(JitterBuffer):
    """A jitter buffer for video that leaves it to `hand_over` which frames are released, and how."""

    @property
    def first(self) -> int:
        """Return the first sequence number in the buffer."""
        assert self._origin is not None, "add() sets it first"
        return self._origin

    def packet(self, count: int) -> Any:
        """Return the packet `count` places after the first; None if it is missing."""
        return self._packets[(self.first + count) % self.capacity]

    def hand_over(self) -> None:
        """Called after each packet is added."""
        raise NotImplementedError

    def _remove_frame(self, sequence_number: int) -> JitterFrame | None:
        self.hand_over()
        return None


def depacketised(packet: RtpPacket) -> bytes:
    """Return a received packet's part of the frame."""
    data: bytes = packet._data  # type: ignore[attr-defined]
    return data


def equip_receiver(receiver: RTCRtpReceiver, decoder: Any, buffer: Any, nacks: Any, estimator: Any) -> None:
    """Replace parts of a video receiver before it starts.

    Args:
        receiver: a video receiver.
        decoder: replaces its queue.Queue of frames to decode.
        buffer: replaces its JitterBuffer.
        nacks: replaces its NackGenerator.
        estimator: replaces its RemoteBitrateEstimator.
    """
    setattr(receiver, f"{RECEIVER}decoder_queue", decoder)
    setattr(receiver, f"{RECEIVER}jitter_buffer", buffer)
    setattr(receiver, f"{RECEIVER}nack_generator", nacks)
    setattr(receiver, f"{RECEIVER}remote_bitrate_estimator", estimator)


def codec_of(receiver: RTCRtpReceiver, packet: RtpPacket) -> RTCRtpCodecParameters:
    """Return the codec of a packet that a receiver received."""
    codec: RTCRtpCodecParameters = getattr(receiver, f"{RECEIVER}codecs")[packet.payload_type]
    return codec


def ask_for_whole(receiver: RTCRtpReceiver) -> None:
    """Make a receiver request a keyframe, as it does for a frame that cannot be decoded."""
    getattr(receiver, f"{RECEIVER}decoder_error").set()


def mapped_timestamp(receiver: RTCRtpReceiver, timestamp: int) -> int:
    """Return a receiver's time for a frame's RTP timestamp: relative to the first frame's, without wrapping."""
    mapped: int = getattr(receiver, f"{RECEIVER}timestamp_mapper").map(timestamp)
    return mapped


def first_timestamp(receiver: RTCRtpReceiver) -> int | None:
    """Return the RTP timestamp of a receiver's time 0; None before the first frame."""
    first: int | None = getattr(receiver, f"{RECEIVER}timestamp_mapper")._origin
    return first


def dtls_sending(transport: Any) -> Callable[[bytes], Awaitable[None]]:
    """Return the function by which the transport below DTLS sends a datagram."""
    send: Callable[[bytes], Awaitable[None]] = transport._send
    return send


def dtls_receiving(transport: Any) -> Callable[[], Awaitable[bytes]]:
    """Return the function by which the transport below DTLS receives a datagram."""
    receive: Callable[[], Awaitable[bytes]] = transport._recv
    return receive


def send_dtls_by(transport: Any, send: Callable[[bytes], Awaitable[None]]) -> None:
    """Replace the function by which the transport below DTLS sends a datagram."""
    transport._send = send


def receive_dtls_by(transport: Any, receive: Callable[[], Awaitable[bytes]]) -> None:
    """Replace the function by which the transport below DTLS receives a datagram."""
    transport._recv = receive


def dtls_role(transport: RTCDtlsTransport) -> str:
    """Return the DTLS role: auto, client or server."""
    role: str = transport._role
    return role


def set_dtls_role(transport: RTCDtlsTransport, role: str) -> None:
    """Set the DTLS role before the handshake, which the client begins."""
    transport._set_role(role)


def last_sent_tsn(transport: RTCSctpTransport) -> int:
    """Return the TSN of the last DATA chunk sent, before wrapping: -1 stands for the largest."""
    return transport._local_tsn - 1


def window_left(transport: RTCSctpTransport) -> int:
    """Return the bytes that the peer may still send; negative if it has exceeded the window."""
    window: int = transport._advertised_rwnd
    return window


def chunks_ahead(transport: RTCSctpTransport) -> int:
    """Return the number of chunks received after a missing one."""
    return len(transport._sack_misordered)


async def close_turn(transport: Any) -> None:
    """Delete a TURN allocation now: close() does so in a task, which an ending event loop does not wait for.

    Raises:
        stun.TransactionError: the server refuses or does not answer.
    """
    await transport._close()
