"""Use a monotonic clock for packet arrival times.

aiortc uses the wall clock, and its bitrate estimator loops over every millisecond that has passed. When the clock jumps
ahead by an hour, as on a machine that synchronises late, everyone's video stops for seconds; by a year, for hours.
docs/upstream.md has a report of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from webapp.live.aiortc_internals import ARRIVAL_CLOCK


def arrive_by_monotonic_clock(now: Callable[[], int] = time.monotonic_ns) -> None:
    """Make aiortc take arrival times from a monotonic clock; only differences between them are used.

    Args:
        now: returns nanoseconds.
    """
    # aiortc calls it by its module, and for arrivals alone.
    ARRIVAL_CLOCK.replace(lambda: now() // 1_000_000)
