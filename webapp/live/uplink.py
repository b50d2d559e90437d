"""Uplink bandwidth estimation from queueing delay. Pure: times are passed in as arguments.

aiortc's estimator reacts to growing queues. A full queue grows no more and drops packets instead, so a network that has
suddenly become slow looks good to it; and on a busy machine, packets that wait for the process look queued. This one
detects standing queues: those whose minimum delay over a fifth of a second is long. The rate at which such a queue
drains is the network's capacity, and the sender is told to send less than that until the queue is gone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import pairwise

from aiortc.rate import RateCounter

LONG, SHORT = 150, 80
"""Queueing delay in milliseconds above which a queue is too long, and below which it is gone. A single packet alone
takes 50 at 200 kbit/s."""

LOOK = 200
"""Milliseconds of arrivals over which the minimum delay is taken: longer than the process is usually late."""

STEADY, EVEN, LASTS = 0.8, 0.45, 0.7
"""Conditions for a standing queue: minimum share of the delay that remains at the end of LOOK; maximum share of that
time between two packets, since a network delivers them evenly; and minimum share of LOOK that the packets must span."""

LEAST, MANY = 4, 100
"""Minimum number of packets to judge a queue and a network by, and maximum kept, as every one of them is examined."""

MEASURE = 1000
"""Milliseconds of queueing during which capacity is measured: later the sender may send less than the capacity."""

MOST = 2_000_000
"""Upper limit in bits per second: more does not improve face detection, and makes a drop worse."""

FALL = 1.5
"""Ratio of the previous rate to the capacity above which the network counts as having suddenly become slow."""

DRAIN, EASE, AFTER = 0.5, 0.8, 0.85
"""Shares of the capacity to send: while a queue drains after a sudden drop, while it drains otherwise, and once it is
gone."""

EVERY = 500
"""Interval between rate reports, milliseconds."""

AGAIN = 250
"""Interval between rate reports while a queue drains, milliseconds."""

PATIENCE = 3000
"""Milliseconds within which a queue drains at such a rate. Delay that remains is no queue: the path became longer."""

EPOCH = 30_000
"""Milliseconds after which the minimum delay is determined anew, as the two clocks drift."""

GROWTH, CAREFUL = 0.08, 0.02
"""Growth of the rate per second: as in browsers, and above the capacity measured recently."""

LATELY = 20_000
"""Milliseconds for which a measured capacity is remembered."""

AHEAD, MORE = 1.5, 10_000
"""The rate is limited to AHEAD times the received rate plus MORE bits per second: a higher capacity is unproven."""

LOWEST = 40_000
"""Lower limit in bits per second."""


class Delay:
    """Each packet's delay in milliseconds beyond the minimum of the last minute."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._sent = 0.0
        self._since: int | None = None
        self._least = self._before = float("inf")

    def add(self, sent: int, arrival: int) -> float | None:
        """Return a packet's extra delay; None if it was sent before a packet that has already arrived.

        Such a packet was overtaken, or is a retransmission with its original send time, as aiortc's are.

        Args:
            sent: by the sender's clock, 24 bits at 2^18 Hz (abs-send-time).
            arrival: milliseconds.
        """
        if self._last is not None:
            step = (sent - self._last) % (1 << 24)
            if step >= 1 << 23:
                return None
            self._sent += step * 1000 / (1 << 18)
        self._last = sent
        delay = arrival - self._sent
        if self._since is None or arrival - self._since >= EPOCH:
            self._since, self._before, self._least = arrival, self._least, float("inf")
        self._least = min(self._least, delay)
        return delay - min(self._least, self._before)

    def forget(self) -> None:
        """Take the next packet's delay as the new minimum."""
        self._least = self._before = float("inf")


class StandingQueue:
    """Detects a queue on the path that does not drain by itself.

    Attributes:
        since: when it was detected, milliseconds; None while there is none.
    """

    def __init__(self) -> None:
        self._delay = Delay()
        self._recent: deque[tuple[int, float]] = deque(maxlen=MANY)
        self._busy: int | None = None
        self._bits = 0
        self._packets = 0
        self._carried = 0.0
        self.since: int | None = None

    @property
    def busy(self) -> bool:
        """Whether packets are queued at all."""
        return self._busy is not None

    def add(self, sent: int, arrival: int, size: int) -> float | None:
        """Return the network's capacity in bits per second while there is a queue and when it ends; else None.

        Args:
            sent, arrival: see Delay.
            size: bytes of the packet.
        """
        delay = self._delay.add(sent, arrival)
        if delay is None:
            self._count(arrival, size)
            return None if self.since is None else self._carried
        self._recent.append((arrival, delay))
        while len(self._recent) > LEAST and self._recent[0][0] < arrival - LOOK:
            self._recent.popleft()
        expired = self.since is not None and arrival - self.since > PATIENCE
        if expired:
            self._delay.forget()
        if expired or delay < SHORT:
            capacity = None if self.since is None else self._carried
            self._busy = self.since = None
            return capacity
        if self._busy is None:
            # Packets leaving a queue show how fast it drains; the first one only marks the start of the measurement.
            self._busy, self._bits, self._packets = arrival, 0, 0
        else:
            self._count(arrival, size)
        if self.since is None and self._stands(arrival):
            self.since = arrival
        return None if self.since is None else self._carried

    def _count(self, arrival: int, size: int) -> None:
        if self._busy is not None and arrival - self._busy <= MEASURE:
            self._bits += 8 * size
            self._packets += 1
            self._carried = 1000 * self._bits / max(1, arrival - self._busy)

    def _stands(self, now: int) -> bool:
        assert self._busy is not None, "a packet that queued begins it"
        if self._packets < LEAST or now - self._busy < LOOK:
            return False
        delays = [delay for _, delay in self._recent]
        gap = max(later - sooner for (sooner, _), (later, _) in pairwise(self._recent))
        # Packets that waited for a late process arrive in a burst after a gap, with decreasing delays.
        span = now - self._recent[0][0]
        even = span >= LASTS * LOOK and gap <= EVEN * span
        return even and min(delays) >= LONG and delays[-1] >= STEADY * delays[0]


class UplinkEstimator:
    """Replacement for aiortc's RemoteBitrateEstimator.

    Attributes:
        fell: see the constructor.
    """

    def __init__(self, fell: Callable[[], object] = lambda: None) -> None:
        """Create an estimator. fell: called on a sudden drop of capacity; packets lost then are best given up."""
        self.fell = fell
        self._queue = StandingQueue()
        self._received = RateCounter(1000)
        self._streams: dict[int, None] = {}
        self._rate: float | None = None
        self._share = EASE
        self._last_report: int | None = None
        self._usual: int | None = None
        self._most: tuple[float, int] | None = None

    def add(
        self, arrival_time_ms: int, abs_send_time: int, payload_size: int, ssrc: int
    ) -> tuple[int, list[int]] | None:
        """Return the rate in bits per second to report to the sender now, and its streams; None to report nothing.

        Args:
            arrival_time_ms: when the packet arrived, by a monotonic clock.
            abs_send_time: see Delay.
            payload_size: bytes.
            ssrc: the packet's stream.
        """
        now = arrival_time_ms
        self._streams[ssrc] = None
        queued = self._queue.since
        self._received.add(payload_size, now)
        capacity = self._queue.add(abs_send_time, now, payload_size)
        if not self._queue.busy:
            self._usual = self._received.rate(now)
        if self._last_report is None:
            self._last_report = now
        if capacity is None:
            return self._report(now) if now - self._last_report >= EVERY and self._grow(now) else None
        if self._queue.since is None:
            share = AFTER
        elif queued is None:
            capacity_fell = self._usual is not None and self._usual > FALL * capacity
            share = self._share = DRAIN if capacity_fell else EASE
            if capacity_fell:
                self.fell()
        elif now - self._last_report < AGAIN:
            return None
        else:
            share = self._share
        self._most = capacity, now
        self._rate = max(LOWEST, share * capacity)
        return self._report(now)

    def _grow(self, now: int) -> bool:
        """Increase the rate; return whether one is known yet."""
        received = self._received.rate(now)
        if received is None:
            return False
        if self._rate is None:
            self._rate = float(received)
        assert self._last_report is not None, "set with the first packet"
        careful = self._most is not None and self._rate > AFTER * self._most[0] and now - self._most[1] < LATELY
        grown = self._rate * (1 + (CAREFUL if careful else GROWTH)) ** (min(now - self._last_report, 1000) / 1000)
        self._rate = max(LOWEST, min(grown, max(AHEAD * received + MORE, self._rate), MOST))
        return True

    def _report(self, now: int) -> tuple[int, list[int]]:
        assert self._rate is not None, "it is known before it is told"
        self._last_report = now
        return round(self._rate), list(self._streams)
