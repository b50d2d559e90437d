"""A viewer's camera: a real face in gentle motion with a frame counter, as tracks for aiortc.

Any frame but a keyframe may be dropped without affecting others, as the frames between keyframes depend on the keyframe
alone. So a sender that falls behind skips frames, and a decoder never lacks a reference.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache

import av
import cv2
import numpy as np
from aiortc import MediaStreamTrack
from av.video.frame import PictureType

from tests import faces
from tests.film import Take, placed
from tests.live.clock import MODULUS, burn

Size = tuple[int, int]
"""Width, height in pixels, both even."""

GENTLE = Take(sway=60, near=0.08, roll=6, turn=0.08)
"""Motion of the face; sway is in pixels of the portrait."""
RATE = 800_000
"""Bits per second at 640x480."""
LOWEST_RATE = 100_000
TICKS = 90_000
"""RTP clock rate for video, Hz."""
KEEP_KEY_PICTURE = 1 << 18 | 1 << 20 | 1 << 22 | 1 << 23
"""libvpx's VP8_EFLAG_NO_UPD_LAST, _ENTROPY, _GF and _ARF: the frame is not used as a reference."""


def bitrate(size: Size) -> int:
    """Return the bitrate for a picture size, bits per second."""
    return max(LOWEST_RATE, RATE * size[0] * size[1] // (640 * 480))


def scene(size: Size, seconds: float, number: int) -> np.ndarray:
    """Render the face at a time, with a counter; RGB uint8 (height, width, 3)."""
    width, height = size
    matrix = placed(GENTLE, seconds, 1.0, (0.0, 0.0))
    scale = 0.62 * min(width / 640, height / 480)
    placement = np.array([[scale, 0, width / 2], [0, scale, 0.5 * height], [0, 0, 1]])
    picture = cv2.warpPerspective(
        _portrait(), placement @ matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    burn(picture, number)
    return picture


@cache
def _portrait() -> np.ndarray:
    return faces.load(faces.ADULT)


@cache
def encoded(size: Size, fps: int, seconds: float, rate: int) -> tuple[bytes, ...]:
    """Return a film's frames as VP8, in order; the face moves there and back, so that the film loops.

    Args:
        size: width and height, pixels.
        fps: frames per second; also the keyframe interval in frames.
        seconds: length.
        rate: bits per second.
    """
    codec = av.CodecContext.create("libvpx", "w")
    codec.width, codec.height = size
    codec.pix_fmt = "yuv420p"
    codec.time_base, codec.framerate = Fraction(1, fps), Fraction(fps)
    codec.bit_rate = rate
    # With libvpx's default number of threads, a frame takes ten times as much CPU.
    codec.thread_count = 1
    codec.gop_size = 3000
    codec.qmin, codec.qmax = 2, 56
    # As in aiortc's own encoder, so that the server decodes what a real client would send.
    codec.options = {
        "bufsize": str(rate),
        "minrate": str(rate),
        "maxrate": str(rate),
        "cpu-used": "-6",
        "deadline": "realtime",
        "lag-in-frames": "0",
        "overshoot-pct": "15",
        "undershoot-pct": "100",
        "partitions": "0",
        "static-thresh": "1",
    }
    flags = _Flags(size, fps)
    packets = []
    for number in range(round(fps * seconds)):
        moment = number / fps
        frame = _yuv(scene(size, min(moment, seconds - moment), number))
        frame.pts, frame.time_base = number, Fraction(1, fps)
        if number % fps == 0:
            frame.pict_type = PictureType.I
        else:
            frame = flags.mark(frame)
        packets.append(b"".join(bytes(packet) for packet in codec.encode(frame)))
    return tuple(packets)


class _Flags:
    """Marks frames as not used for reference; libvpx reads that from a frame's metadata."""

    def __init__(self, size: Size, fps: int) -> None:
        self._graph = av.filter.Graph()
        source = self._graph.add_buffer(
            width=size[0], height=size[1], format=av.VideoFormat("yuv420p"), time_base=Fraction(1, fps)
        )
        mark = self._graph.add("metadata", f"mode=add:key=vp8-flags:value={KEEP_KEY_PICTURE}")
        sink = self._graph.add("buffersink")
        source.link_to(mark)
        mark.link_to(sink)
        self._graph.configure()

    def mark(self, frame: av.VideoFrame) -> av.VideoFrame:
        self._graph.push(frame)
        marked_frame = self._graph.pull()
        assert isinstance(marked_frame, av.VideoFrame)
        return marked_frame


def _yuv(image: np.ndarray) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")


def luma(frame: av.VideoFrame) -> np.ndarray:
    """Return the Y plane of a yuv420p frame, uint8 (height, width); a view that is valid as long as the frame."""
    plane = frame.planes[0]
    rows: np.ndarray = np.frombuffer(memoryview(plane), np.uint8)[: frame.height * plane.line_size]
    return np.asarray(rows.reshape(frame.height, plane.line_size)[:, : frame.width])


def decoded(packets: Sequence[bytes]) -> Iterator[np.ndarray]:
    """Decode VP8 packets and yield the luma of each frame, uint8 (height, width)."""
    codec = av.CodecContext.create("libvpx", "r")
    for packet in packets:
        for frame in codec.decode(av.Packet(packet)):
            assert isinstance(frame, av.VideoFrame)
            yield luma(frame)


class Pace:
    """Schedules frames on a clock without drift. The current time is passed in, in seconds."""

    def __init__(self, fps: int) -> None:
        self._fps = fps
        self._begin: float | None = None
        self._last = -1

    def next(self, now: float) -> tuple[int, float]:
        """Return (number, seconds to wait) for the next frame; frames whose time has passed are skipped."""
        if self._begin is None:
            self._begin = now
        self._last = max(self._last + 1, int((now - self._begin) * self._fps))
        return self._last, max(0.0, self._begin + self._last / self._fps - now)


class Film(MediaStreamTrack):
    """A camera. It outlives its connections: a sender that stops does not stop it, and can be followed by another.

    Attributes:
        fps: frames per second.
        period: seconds after which the counter restarts.
        sent: monotonic time in seconds at which each counter was last passed to the sender.
    """

    kind = "video"

    def __init__(self, fps: int, numbers: int) -> None:
        super().__init__()
        self.fps = fps
        self.period = numbers / fps
        self.sent: dict[int, float] = {}
        self._pace = Pace(fps)
        self._first: int | None = None
        self._given: dict[int, float] = {}

    def stop(self) -> None:
        """End one connection; the camera stays on."""
        self._first = None

    def sent_at(self, moment: float) -> float | None:
        """Return when the frame due this many seconds after the connection's first was sent; None if none was."""
        if self._first is None:
            return None
        return self._given.get(self._first + round(moment * self.fps))

    def _note(self, slot: int, number: int) -> None:
        """Record that a frame with a counter is sent now in its slot."""
        if self._first is None:
            self._first = slot
        self.sent[number] = self._given[slot] = time.monotonic()

    async def _due(self) -> int:
        number, wait = self._pace.next(time.monotonic())
        await asyncio.sleep(wait)
        return number


class EncodedFilm(Film):
    """Sends packets that were encoded once, so that the client's encoder takes no CPU from the server.

    The bitrate does not adapt, and a keyframe request has to wait for the next keyframe, a second at most. Films of the
    same size, fps and length share their packets.

    Args:
        size: width and height, pixels.
        fps: frames per second.
        seconds: length after which film and counter restart.
    """

    def __init__(self, size: Size = (640, 480), fps: int = 30, seconds: float = 10.0) -> None:
        self._packets = encoded(size, fps, seconds, bitrate(size))
        super().__init__(fps, len(self._packets))
        self._key_sent = -1

    def stop(self) -> None:
        """End one connection; the next one begins with a keyframe."""
        super().stop()
        self._key_sent = -1

    async def recv(self) -> av.Packet:
        """Return the packet that is due; a missed keyframe replaces the frame after it."""
        slot = await self._due()
        number = slot % len(self._packets)
        key = number - number % self.fps
        first = slot - (number - key)
        if self._key_sent < first:
            self._key_sent, number = first, key
        packet = av.Packet(self._packets[number])
        packet.pts, packet.time_base = slot * TICKS // self.fps, Fraction(1, TICKS)
        self._note(slot, number)
        return packet


class DrawnFilm(Film):
    """Sends frames that aiortc encodes, so that the bitrate adapts to the network, as a browser's does.

    Args:
        size: width and height, pixels; may be changed while sending.
        fps: frames per second.
    """

    def __init__(self, size: Size = (640, 480), fps: int = 30) -> None:
        super().__init__(fps, MODULUS)
        self.size = size

    async def recv(self) -> av.VideoFrame:
        """Return the frame that is due."""
        slot = await self._due()
        number = slot % MODULUS
        frame = await asyncio.to_thread(lambda: _yuv(scene(self.size, slot / self.fps, number)))
        frame.pts, frame.time_base = slot * TICKS // self.fps, Fraction(1, TICKS)
        self._note(slot, number)
        return frame
