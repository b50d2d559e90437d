"""When packets arrive, by a clock that nobody sets.

aiortc takes the wall clock for that, and its bitrate estimator counts through each millisecond that has passed. When
the clock is put on by an hour, as a machine does that learns the time late, that stops everybody's video for seconds;
by a year, for hours. docs/upstream.md has a report of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from webapp.live.aiortc_internals import ARRIVAL_CLOCK


def arrive_by_monotonic_clock(now: Callable[[], int] = time.monotonic_ns) -> None:
    """Have aiortc note arrivals by a clock that only goes on; only differences of them are looked at.

    Args:
        now: nanoseconds.
    """
    # aiortc calls it by its module, and for arrivals alone.
    ARRIVAL_CLOCK.replace(lambda: now() // 1_000_000)
