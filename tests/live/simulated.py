"""Live video over a bad network, as a discrete-event simulation without real time.

It combines a sender like a browser's, the links of `tests.live.link` and the receiving side of `webapp.live`.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from itertools import count
from typing import Protocol

from aiortc.jitterbuffer import JitterFrame
from aiortc.rtp import RtpPacket

from tests.live.link import Lane, Link
from tests.live.recovery import whole_again
from webapp.live.jitter import CLOCK, PromptBuffer
from webapp.live.nacks import PersistentNacks
from webapp.live.pictures import VP8, begins_whole, whole
from webapp.live.uplink import UplinkEstimator

FPS = 30
SIZE = 1150
"""Bytes of video per packet."""
WHOLE = 6
"""Size of a keyframe relative to other frames."""
THRIFT = 0.8
"""Share of its bitrate at which an encoder compensates for a keyframe."""
PACE = 2.5
"""Ratio of a browser's pacing rate to its bitrate."""
BROWSER_GROWTH = 0.08
"""Growth of a browser's bitrate per second, whatever rate it is told."""
ONCE_IN = 0.3
"""Minimum seconds between two keyframes, however often they are requested."""
FEEDBACK = 60
"""Bytes of a feedback packet."""


class Events:
    """Event queue."""

    def __init__(self) -> None:
        self.now = 0.0
        self._queue: list[tuple[float, int, Callable[[], object]]] = []
        self._number = count()

    def at(self, due: float, callback: Callable[[], object]) -> None:
        """Schedule a callback."""
        heapq.heappush(self._queue, (due, next(self._number), callback))

    def run(self, until: float) -> None:
        """Process all events until a time."""
        while self._queue and self._queue[0][0] <= until:
            self.now, _, callback = heapq.heappop(self._queue)
            callback()
        self.now = until


class Path:
    """One direction of the network path."""

    def __init__(self, events: Events, link: Link, number: int) -> None:
        self._events, self._link, self._lane = events, link, Lane()
        self._chance = random.Random(f"{link.seed}/{number}").random

    def send(self, size: int, deliver: Callable[[], object]) -> None:
        """Deliver this many bytes at their arrival time, unless they are lost."""
        arrival = self._lane.arrival(self._link, size, self._events.now, self._chance)
        if arrival is not None:
            self._events.at(arrival, deliver)


class Sender:
    """Encodes at a bitrate, sends at a pace, and reacts to rate limits, NACKs and keyframe requests."""

    def __init__(self, events: Events, path: Path, receive: Callable[[RtpPacket, int], object], rate: float) -> None:
        self._events, self._path, self._receive = events, path, receive
        self.rate = rate
        self._limit = float("inf")
        self._number = 0
        self._frame = 0
        self._wanted = True
        self._whole_at = -ONCE_IN
        self._debt = 0.0
        self._free_at = 0.0
        self._history: dict[int, RtpPacket] = {}
        events.at(0.0, self._encode)

    def limit_rate(self, rate: float) -> None:
        """Limit the rate, bits per second."""
        self._limit = rate
        self.rate = min(self.rate, rate)

    def lost(self, numbers: list[int]) -> None:
        """Retransmit packets."""
        for number in numbers:
            if number in self._history:
                self._send(self._history[number])

    def ask(self) -> None:
        """Request a keyframe."""
        self._wanted = True

    def _encode(self) -> None:
        now = self._events.now
        self._events.at(now + 1 / FPS, self._encode)
        self.rate = min(self.rate * (1 + BROWSER_GROWTH / FPS), self._limit)
        bytes_per_frame = self.rate / FPS / 8
        self._debt = max(0.0, self._debt - bytes_per_frame)
        key = self._wanted and now - self._whole_at >= ONCE_IN
        # An encoder drops frames when it exceeds its bitrate; they must not pile up in the pacer's queue.
        if not key and (self._debt > 2 * WHOLE * bytes_per_frame or self._free_at - now > 0.25):
            return
        if key:
            self._wanted, self._whole_at = False, now
        self._frame += 1
        share = WHOLE if key else THRIFT if self._debt > bytes_per_frame else 1
        size = max(200, int(bytes_per_frame * share))
        self._debt += size
        packets = -(-size // SIZE)
        for part in range(packets):
            packet = RtpPacket(
                sequence_number=self._number % (1 << 16),
                timestamp=int(now * CLOCK) % (1 << 32),
                marker=int(part == packets - 1),
            )
            begin = bytes([0 if key else 1]) + self._frame.to_bytes(4) if part == 0 else b""
            packet.payload = bytes([0x10 if part == 0 else 0]) + begin + bytes(size // packets)
            packet._data = packet.payload[1:]  # type: ignore[attr-defined]
            self._history[packet.sequence_number] = packet
            self._history.pop((self._number - 1000) % (1 << 16), None)
            self._number += 1
            self._send(packet)

    def _send(self, packet: RtpPacket) -> None:
        size = len(packet.payload) + 40
        self._free_at = max(self._free_at, self._events.now) + 8 * size / (PACE * self.rate)
        self._events.at(self._free_at, lambda: self._leave(packet, size))

    def _leave(self, packet: RtpPacket, size: int) -> None:
        sent = int(self._events.now * (1 << 18)) % (1 << 24)
        self._path.send(size, lambda: self._receive(packet, sent))


class Estimator(Protocol):
    """Determines the rate that a sender is told."""

    def add(
        self, arrival_time_ms: int, abs_send_time: int, payload_size: int, ssrc: int
    ) -> tuple[int, list[int]] | None:
        """Return the rate to report and its streams; see UplinkEstimator."""
        ...


class Stream:
    """A sender and a receiver over two links.

    Attributes:
        shown: (decoding time, capture time) of each frame, seconds.
        again, keyframe_requests: number of packets requested again, and of keyframe requests.
    """

    def __init__(self, up: Link, down: Link, rate: float, estimator: Estimator | None = None) -> None:
        """Connect a sender and a receiver.

        Args:
            up, down: the links; may be changed at any time.
            rate: initial bits per second.
            estimator: replaces the app's own.
        """
        self.events = Events()
        self._back = Path(self.events, down, 1)
        self.sender = Sender(self.events, Path(self.events, up, 0), self._receive, rate)
        self._nacks = PersistentNacks(lambda: self.events.now, _begins)
        self._buffer = PromptBuffer(self._deliver, _begins)
        self._estimator = UplinkEstimator(self._give_up) if estimator is None else estimator
        self._asks = False
        self._next: int | None = None
        self.shown: list[tuple[float, float]] = []
        self.again = self.keyframe_requests = 0

    def run(self, seconds: float) -> None:
        """Advance the simulation by this time."""
        self.events.run(self.events.now + seconds)

    def whole_again(self, since: float, old: float) -> float:
        """Return the seconds from a moment until the displayed frame was never again older than `old` seconds."""
        return whole_again(self.shown, since, self.events.now, old)

    def pictures(self, since: float) -> int:
        """Return the number of frames decoded since a moment."""
        return sum(displayed >= since for displayed, _ in self.shown)

    def _give_up(self) -> None:
        self._nacks.give_up()
        self._asks = True

    def _receive(self, packet: RtpPacket, sent: int) -> None:
        estimate = self._estimator.add(
            arrival_time_ms=int(self.events.now * 1000), abs_send_time=sent, payload_size=len(packet.payload), ssrc=1
        )
        if estimate is not None:
            self._back.send(FEEDBACK, lambda: self.sender.limit_rate(estimate[0]))
        if self._nacks.add(packet):
            numbers = sorted(self._nacks.missing)
            self.again += len(numbers)
            self._back.send(FEEDBACK, lambda: self.sender.lost(numbers))
        keyframe_needed, _ = self._buffer.add(packet)
        if keyframe_needed or self._asks:
            self._asks = False
            self.keyframe_requests += 1
            self._back.send(FEEDBACK, self.sender.ask)

    def _deliver(self, packet: RtpPacket, frame: JitterFrame) -> bool:
        complete = whole(VP8, frame.data)
        number = int.from_bytes(frame.data[1:5])
        if complete or number == self._next:
            self._next = number + 1
            self.shown.append((self.events.now, packet.timestamp / CLOCK))
        return complete


def _begins(packet: RtpPacket) -> bool:
    return begins_whole(VP8, packet.payload)
