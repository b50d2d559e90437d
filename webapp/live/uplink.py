"""How much a sender may send, by how long its packets queue on their way. Pure: times come in as arguments.

aiortc's estimator goes by whether queues grow. One that is full grows no more and drops packets, so that a network that
became slow at once is taken for a good one; and on a busy machine, packets that wait for the program seem to queue.
Here a queue counts that stands: whose shortest wait of a fifth of a second is long. How fast it drains is what the
network carries, and the sender is told less than that until it is gone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import pairwise

from aiortc.rate import RateCounter

LONG, SHORT = 150, 80
"""Milliseconds of a queue: from the first it is too long, below the second it is gone. A packet alone takes 50 at 200
kbit/s.
"""

LOOK = 200
"""Milliseconds of arrivals whose shortest queue counts: more than a program is late, as a rule."""

STEADY, EVEN, LASTS = 0.8, 0.45, 0.7
"""Share of a queue that is left after so long, where it stands; the largest share of that time that may pass between
two packets, as a network sends them one after another; and the least of LOOK that they take."""

LEAST, MANY = 4, 100
"""Packets by which a queue and a network are judged: at least, and at most, as each of them is looked at."""

MEASURE = 1000
"""Milliseconds of a queue by which the network is measured: later the sender may send less than it carries."""

MOST = 2_000_000
"""Bits a second that are never gone beyond: faces are found no better with more, and a fall is deeper."""

FALL = 1.5
"""Times what the network carries that came just before: then it became slow at once."""

DRAIN, EASE, AFTER = 0.5, 0.8, 0.85
"""Shares of what the network carries that are sent while a queue drains, after a fall and else, and when it is gone."""

EVERY = 500
"""Milliseconds between two tellings of a rate."""

AGAIN = 250
"""Milliseconds between two tellings while a queue drains."""

PATIENCE = 3000
"""Milliseconds within which a queue is gone at such a rate. What stays is no queue: the way has become longer."""

EPOCH = 30_000
"""Milliseconds after which the shortest way is looked for anew, as the two clocks drift."""

GROWTH, CAREFUL = 0.08, 0.02
"""Growth of a rate in a second: as in browsers, and beyond what the network carried lately."""

LATELY = 20_000
"""Milliseconds for which that is remembered."""

AHEAD, MORE = 1.5, 10_000
"""A rate is at most so many times what comes, and so many bits a second more: nobody knows of more."""

LOWEST = 40_000
"""Bits a second that are never gone below."""


class Delay:
    """How much longer than the shortest one of the last minute each packet took, milliseconds."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._sent = 0.0
        self._since: int | None = None
        self._least = self._before = float("inf")

    def add(self, sent: int, arrival: int) -> float | None:
        """For a packet; None for one that was sent before another that came: it was overtaken, or is a repeat that
        bears the time of its first sending, as aiortc's do.

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
        took = arrival - self._sent
        if self._since is None or arrival - self._since >= EPOCH:
            self._since, self._before, self._least = arrival, self._least, float("inf")
        self._least = min(self._least, took)
        return took - min(self._least, self._before)

    def forget(self) -> None:
        """Take the next packet's way for the shortest."""
        self._least = self._before = float("inf")


class StandingQueue:
    """A queue on the way that does not pass by itself.

    Attributes:
        since: when it was found, milliseconds; None while there is none.
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
        """Whether packets wait at all."""
        return self._busy is not None

    def add(self, sent: int, arrival: int, size: int) -> float | None:
        """The bits a second that the network carries, while there is a queue and at its end; else None.

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
        longer = self.since is not None and arrival - self.since > PATIENCE
        if longer:
            self._delay.forget()
        if longer or delay < SHORT:
            carried = None if self.since is None else self._carried
            self._busy = self.since = None
            return carried
        if self._busy is None:
            # What leaves a queue one after another tells how fast it drains; the first packet only tells since when.
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
        # What waited for a late program comes in a burst after a gap, and waits less and less.
        span = now - self._recent[0][0]
        even = span >= LASTS * LOOK and gap <= EVEN * span
        return even and min(delays) >= LONG and delays[-1] >= STEADY * delays[0]


class UplinkEstimator:
    """In place of aiortc's RemoteBitrateEstimator.

    Attributes:
        fell: see the constructor.
    """

    def __init__(self, fell: Callable[[], object] = lambda: None) -> None:
        """Args:
        fell: called when the network became slow at once; what was lost then is best given up.
        """
        self.fell = fell
        self._queue = StandingQueue()
        self._received = RateCounter(1000)
        self._streams: dict[int, None] = {}
        self._rate: float | None = None
        self._share = EASE
        self._told: int | None = None
        self._usual: int | None = None
        self._most: tuple[float, int] | None = None

    def add(
        self, arrival_time_ms: int, abs_send_time: int, payload_size: int, ssrc: int
    ) -> tuple[int, list[int]] | None:
        """The bits a second to tell the sender now, and of what streams; None when there is nothing to tell.

        Args:
            arrival_time_ms: of a packet, by a clock that only goes on.
            abs_send_time: see Delay.
            payload_size: bytes.
            ssrc: of its stream.
        """
        now = arrival_time_ms
        self._streams[ssrc] = None
        queued = self._queue.since
        self._received.add(payload_size, now)
        carried = self._queue.add(abs_send_time, now, payload_size)
        if not self._queue.busy:
            self._usual = self._received.rate(now)
        if self._told is None:
            self._told = now
        if carried is None:
            return self._tell(now) if now - self._told >= EVERY and self._grow(now) else None
        if self._queue.since is None:
            share = AFTER
        elif queued is None:
            fell = self._usual is not None and self._usual > FALL * carried
            share = self._share = DRAIN if fell else EASE
            if fell:
                self.fell()
        elif now - self._told < AGAIN:
            return None
        else:
            share = self._share
        self._most = carried, now
        self._rate = max(LOWEST, share * carried)
        return self._tell(now)

    def _grow(self, now: int) -> bool:
        """Whether a rate is known by now."""
        received = self._received.rate(now)
        if received is None:
            return False
        if self._rate is None:
            self._rate = float(received)
        assert self._told is not None, "set with the first packet"
        careful = self._most is not None and self._rate > AFTER * self._most[0] and now - self._most[1] < LATELY
        grown = self._rate * (1 + (CAREFUL if careful else GROWTH)) ** (min(now - self._told, 1000) / 1000)
        self._rate = max(LOWEST, min(grown, max(AHEAD * received + MORE, self._rate), MOST))
        return True

    def _tell(self, now: int) -> tuple[int, list[int]]:
        assert self._rate is not None, "it is known before it is told"
        self._told = now
        return round(self._rate), list(self._streams)
