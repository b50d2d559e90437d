"""Received video frames, before anything else is done with them: none larger, and none more often, than was asked for.

The page asks for 960 x 720 at most, 30 times a second, but a browser may send what it likes. All that costs here costs
the sender's own decoder thread, which holds no lock meanwhile; what is shared by all viewers gets small frames.
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
"""Pixels of the longer and the shorter side that are asked for at most (player/source.js)."""

MAX_PIXELS = 9_000_000
"""Of a frame that is decoded at all: 3840 x 2160 and a little. Some cameras give one size only."""

MAX_RATE, BURST = 45.0, 30
"""Frames a second, and how many may come at once, as they do after a loss."""

GIVING_WAY = 10
"""Niceness of a thread that decodes more than was asked for."""


def fitted_size(width: int, height: int) -> tuple[int, int]:
    """The size, even, that a frame is scaled down to; its own when it is no larger than was asked for."""
    scale = min(LONG / max(width, height), SHORT / min(width, height))
    if scale >= 1:
        return width, height
    return max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2))


def fitted(frame: av.VideoFrame) -> av.VideoFrame:
    """A frame no larger than was asked for: itself, or scaled down, as of the same time."""
    size = fitted_size(frame.width, frame.height)
    if size == (frame.width, frame.height):
        return frame
    scaled = frame.reformat(*size, interpolation=Interpolation.BILINEAR)
    scaled.pts, scaled.time_base = frame.pts, frame.time_base
    return scaled


def rgb(frame: av.VideoFrame) -> Image:
    """A frame's picture, RGB uint8, (height, width, 3).

    PyAV's own conversion takes twice as long, so it is left to what OpenCV cannot convert.
    """
    if not has_planes(frame):
        return frame.to_ndarray(format="rgb24")
    return np.asarray(cv2.cvtColor(frame.to_ndarray(), cv2.COLOR_YUV2RGB_I420), np.uint8)


def vp8_pixels(data: bytes) -> int | None:
    """Pixels of the frames that a VP8 frame begins, by its header (RFC 6386, 9.1); None when it begins none."""
    if len(data) < 10 or data[0] & 1 or data[3:6] != b"\x9d\x01\x2a":
        return None
    return (int.from_bytes(data[6:8], "little") & 0x3FFF) * (int.from_bytes(data[8:10], "little") & 0x3FFF)


class FittingDecoder(Decoder):
    """A decoder whose frames are no larger and come no more often than was asked for.

    A stream of larger ones than MAX_PIXELS gives none, and is not decoded.
    """

    def __init__(self, decoder: Any, vp8: bool, clock: Callable[[], float] = time.monotonic) -> None:
        """Args:
        decoder: one of aiortc's for video.
        vp8: whether it is for VP8, whose size is known before it is decoded; of H.264 the decoder itself looks.
        clock: seconds.
        """
        self._decoder = decoder
        self._vp8 = vp8
        self._clock = clock
        self._decoder.codec.options = {"max_pixels": str(MAX_PIXELS)}
        self._too_large = False
        self._gives_way = False
        self._tokens, self._at = float(BURST), clock()

    def decode(self, encoded_frame: JitterFrame) -> list[Frame]:
        """See aiortc. Raises av.FFmpegError for what cannot be decoded."""
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
    """Stands in for aiortc's own function of that kind."""
    decoder = get_decoder(codec)
    kind = codec.mimeType.lower()
    return FittingDecoder(decoder, kind == "video/vp8") if kind.startswith("video/") else decoder


@functools.cache
def fit_all() -> None:
    """Have aiortc's receivers use such decoders from now on; once a process."""
    GET_DECODER.replace(fitting_decoder)
