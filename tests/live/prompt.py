"""Makes aiortc show each frame as soon as it is complete, as browsers do.

Its own jitter buffer waits for the first packet of the next frame, which adds a frame's time to every latency, and
gives out one frame a packet at most, so that what piled up while a lost packet was sent again may never drain.
"""

from __future__ import annotations

import queue
from typing import Any

from aiortc import RTCRtpCodecParameters, RTCRtpReceiver
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtp import RtpPacket

VP8 = RTCRtpCodecParameters(mimeType="video/VP8", clockRate=90_000)


def hurry(receiver: RTCRtpReceiver) -> None:
    """Give a video receiver, before it starts, a buffer that waits for nothing but missing packets."""
    decoder = getattr(receiver, "_RTCRtpReceiver__decoder_queue")  # noqa: B009  Private: no public way in.
    setattr(receiver, "_RTCRtpReceiver__jitter_buffer", PromptBuffer(decoder))  # noqa: B010


class PromptBuffer(JitterBuffer):
    """Hands frames to the decoder itself, each with its last packet, which bears the marker.

    Args:
        decoder: the queue of the receiver's decoder thread.
    """

    def __init__(self, decoder: queue.Queue[Any]) -> None:
        super().__init__(capacity=512, is_video=True)
        self._decoder = decoder

    def _remove_frame(self, sequence_number: int) -> JitterFrame | None:
        while (frame := self._complete_frame()) is not None:
            self._decoder.put((VP8, frame))
        return None

    def _complete_frame(self) -> JitterFrame | None:
        data = []
        origin = self._origin
        assert origin is not None, "add() sets it first"
        for count in range(self.capacity):
            packet: RtpPacket | None = self._packets[(origin + count) % self.capacity]
            if packet is None:
                break
            data.append(getattr(packet, "_data"))  # noqa: B009  Set by the receiver.
            if packet.marker:
                self.remove(count + 1)
                return JitterFrame(data=b"".join(data), timestamp=packet.timestamp)
        return None
