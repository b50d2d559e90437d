"""Limit the size and rate of received video frames before they are processed further.

The page requests at most 960 x 720 at 30 frames a second, but a browser may send what it likes. The work here runs in
the sender's own decoder thread and holds no lock; everything shared between viewers gets small frames.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any, cast

import av
import cv2
import numpy as np
from aiortc.codecs import get_decoder
from aiortc.codecs.base import Decoder
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from av.frame import Frame
from av.video.reformatter import Interpolation

from core.images.crop import Image
from core.live.loop import give_way
from webapp.live.aiortc_internals import GET_DECODER
from webapp.live.planes import has_planes

LONG, SHORT = 960, 720
"""Maximum length of the longer and the shorter side requested of browsers, pixels (player/source.js)."""

MAX_PIXELS = 9_000_000
"""Largest frame that is decoded at all: slightly more than 3840 x 2160. Some cameras offer a single size only."""

MAX_RATE, BURST = 45.0, 30
"""Maximum frames per second, and the maximum burst, such as arrives after packet loss."""

GIVING_WAY = 10
"""Niceness of a decoder thread whose frames are larger than requested."""


def fitted_size(width: int, height: int) -> tuple[int, int]:
    """Return the even size to which a frame is scaled down, or its own size if that is within the limits."""
    scale = min(LONG / max(width, height), SHORT / min(width, height))
    if scale >= 1:
        return width, height
    return max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2))


def fitted(frame: av.VideoFrame) -> av.VideoFrame:
    """Return the frame, scaled down if it exceeds the limits, with the same timestamp."""
    size = fitted_size(frame.width, frame.height)
    if size == (frame.width, frame.height):
        return frame
    scaled = frame.reformat(*size, interpolation=Interpolation.BILINEAR)
    scaled.pts, scaled.time_base = frame.pts, frame.time_base
    return scaled


def rgb(frame: av.VideoFrame) -> Image:
    """Return a frame's pixels, RGB uint8, (height, width, 3).

    PyAV's own conversion takes twice as long and is used only for formats that OpenCV cannot convert.
    """
    if not has_planes(frame):
        return frame.to_ndarray(format="rgb24")
    return np.asarray(cv2.cvtColor(frame.to_ndarray(), cv2.COLOR_YUV2RGB_I420), np.uint8)


def vp8_pixels(data: bytes) -> int | None:
    """Return the size in pixels from a VP8 keyframe's header (RFC 6386, 9.1); None for other frames."""
    if len(data) < 10 or data[0] & 1 or data[3:6] != b"\x9d\x01\x2a":
        return None
    return (int.from_bytes(data[6:8], "little") & 0x3FFF) * (int.from_bytes(data[8:10], "little") & 0x3FFF)


class FittingDecoder(Decoder):
    """A decoder that limits the size and rate of its frames.

    Streams of frames larger than MAX_PIXELS are not decoded and yield nothing.
    """

    def __init__(self, decoder: Any, vp8: bool, clock: Callable[[], float] = time.monotonic) -> None:
        """Wrap a decoder.

        Args:
            decoder: one of aiortc's video decoders.
            vp8: whether it is for VP8, whose size is known before decoding; for H.264 the decoder itself checks it.
            clock: time in seconds.
        """
        self._decoder = decoder
        self._vp8 = vp8
        self._clock = clock
        self._decoder.codec.options = {"max_pixels": str(MAX_PIXELS)}
        self._too_large = False
        self._gives_way = False
        self._tokens, self._at = float(BURST), clock()

    def decode(self, encoded_frame: JitterFrame) -> list[Frame]:
        """Decode a frame (see aiortc's Decoder). Raises av.FFmpegError for undecodable data."""
        if self._vp8:
            pixels = vp8_pixels(encoded_frame.data)
            self._too_large = self._too_large if pixels is None else pixels > MAX_PIXELS
            if self._too_large:
                return []
        frames = cast(list[av.VideoFrame], self._decoder.decode(encoded_frame))
        return [self._small(frame) for frame in frames if self._in_time()]

    def _in_time(self) -> bool:
        now = self._clock()
        self._tokens, self._at = min(BURST, self._tokens + (now - self._at) * MAX_RATE), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _small(self, frame: av.VideoFrame) -> av.VideoFrame:
        small = fitted(frame)
        if small is not frame and not self._gives_way:
            self._gives_way = True
            give_way(GIVING_WAY)
        return small


def fitting_decoder(codec: RTCRtpCodecParameters) -> Decoder:
    """Create a decoder; replaces aiortc's get_decoder."""
    decoder = get_decoder(codec)
    kind = codec.mimeType.lower()
    return FittingDecoder(decoder, kind == "video/vp8") if kind.startswith("video/") else decoder


@functools.cache
def fit_all() -> None:
    """Have aiortc's receivers use such decoders from now on; once a process."""
    GET_DECODER.replace(fitting_decoder)
