"""aiortc's real classes, patched as in the app, without a remote peer."""

from __future__ import annotations

import asyncio
import time
import traceback
from typing import Any

from aiortc import RTCDtlsTransport, RTCRtpReceiver, RTCRtpSender, RTCSctpTransport
from aiortc.codecs import CODECS
from aiortc.rtcdtlstransport import RTCCertificate, State
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpReceiveParameters, RTCRtpSendParameters
from aiortc.rtcrtpreceiver import RemoteStreamTrack
from aiortc.rtp import RtpPacket

from tests.fuzz.asgi import LOOP
from webapp.live import bad_packets
from webapp.live.jitter import patch_all_receivers

CERTIFICATE = RTCCertificate.generateCertificate()
SSRC = 1234
EXTENSIONS = {
    1: "urn:ietf:params:rtp-hdrext:sdes:mid",
    2: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    3: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    4: "urn:ietf:params:rtp-hdrext:toffset",
    5: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
}

patch_all_receivers()


class Path:
    """Stands in for an RTCIceTransport and the SRTP sessions; discards everything sent."""

    role = "controlled"

    async def _send(self, data: bytes) -> None:
        pass

    def protect(self, data: bytes) -> bytes:
        return data

    protect_rtcp = protect


def faults_of_ours() -> list[Exception]:
    """Collect the dropped packets' errors raised in webapp, in a new list."""
    faults: list[Exception] = []

    def note(_what: str, fault: Exception) -> None:
        last = traceback.extract_tb(fault.__traceback__)[-1]
        if "/webapp/" in last.filename and not isinstance(fault, ValueError):
            faults.append(fault)

    setattr(bad_packets, "note", note)  # noqa: B010
    return faults


class Connection:
    """An established connection: a video receiver and sender, and a data channel's association."""

    def __init__(self) -> None:
        path: Any = Path()
        self.faults = faults_of_ours()
        self.dtls = RTCDtlsTransport(path, [CERTIFICATE])
        self.dtls._tx_srtp = path
        self.dtls._set_state(State.CONNECTED)
        setattr(self.dtls, "_send_data", path._send)  # noqa: B010
        codecs = CODECS["video"]
        extensions = [RTCRtpHeaderExtensionParameters(id=number, uri=uri) for number, uri in EXTENSIONS.items()]
        self.receiver = RTCRtpReceiver("video", self.dtls)
        self.receiver._track = RemoteStreamTrack("video")
        self.receiver._set_rtcp_ssrc(SSRC)
        # Its own receive() would start a thread.
        self.private("codecs", {codec.payloadType: codec for codec in codecs})
        self.private("rtx_ssrc", {SSRC + 1: SSRC})
        parameters = RTCRtpReceiveParameters(codecs=codecs, headerExtensions=extensions, muxId="0")
        self.dtls._register_rtp_receiver(self.receiver, parameters)
        self.sender = RTCRtpSender("video", self.dtls)
        self.sender._ssrc = SSRC
        history = {n: RtpPacket(payload_type=97, sequence_number=n, payload=b"\x10\0") for n in range(128)}
        setattr(self.sender, "_RTCRtpSender__rtp_history", history)  # noqa: B010
        self.dtls._register_rtp_sender(self.sender, RTCRtpSendParameters(codecs=codecs, muxId="0"))
        self.sctp = associated(self.dtls)

    def private(self, name: str, value: object) -> None:
        """Set a private attribute of the receiver."""
        setattr(self.receiver, f"_RTCRtpReceiver__{name}", value)

    @property
    def frames(self) -> list[Any]:
        """Return the codecs and frames queued for decoding."""
        return list(getattr(self.receiver, "_RTCRtpReceiver__decoder_queue").queue)  # noqa: B009

    async def rtp(self, data: bytes) -> None:
        """Process a decrypted RTP packet."""
        await self.dtls._handle_rtp_data(data, int(time.time() * 1000))

    async def rtcp(self, data: bytes) -> None:
        """Process a decrypted RTCP packet."""
        await self.dtls._handle_rtcp_data(data)

    async def reports(self) -> None:
        """Send the receiver's periodic reports."""
        running = asyncio.ensure_future(self.receiver._run_rtcp())
        sleep, asyncio.sleep = asyncio.sleep, _at_once  # type: ignore[assignment]
        try:
            for _ in range(4):
                await sleep(0)
        finally:
            asyncio.sleep = sleep
        assert not running.done(), running.exception()
        running.cancel()

    async def close(self) -> None:
        """Stop all tasks; check that the connection has not failed, nor any code of webapp."""
        assert self.dtls.state == "connected"
        self.sctp._set_state(RTCSctpTransport.State.CLOSED)
        await asyncio.sleep(0)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)
        if self.faults:
            raise self.faults[0]


async def _at_once(_seconds: float) -> None:
    await asyncio.tasks.__sleep0()  # type: ignore[attr-defined]


def associated(dtls: RTCDtlsTransport) -> RTCSctpTransport:
    """Return an established association with a data channel on stream 0, over which three messages were sent."""
    sctp = RTCSctpTransport(dtls)
    sctp._remote_port = 5000
    sctp._local_verification_tag = sctp._remote_verification_tag = 0
    sctp._last_received_tsn = 0
    sctp._data_channel_id = 1
    sctp._local_tsn = 10
    sctp._last_sacked_tsn = sctp._advanced_peer_ack_tsn = 9
    sctp._ssthresh = 100_000
    sctp._association_state = RTCSctpTransport.State.ESTABLISHED
    dtls._data_receiver = sctp
    return sctp


__all__ = ["LOOP", "SSRC", "Connection"]
