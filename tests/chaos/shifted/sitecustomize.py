"""A wall clock that can be shifted at run time, for a program started with this folder on PYTHONPATH.

The shift in seconds is read from the file that CHAOS_CLOCK names. It affects `time.time`, `time.time_ns` and aiortc's
own wall clock, but not the monotonic clocks, as when somebody sets the system time.
"""

from __future__ import annotations

import datetime
import os
import time
from pathlib import Path

REAL, REAL_NS = time.time, time.time_ns


def shift() -> int:
    """Return the shift in seconds; 0 if not set."""
    try:
        return int(Path(os.environ["CHAOS_CLOCK"]).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def set_up() -> None:
    """Shift the clocks from now on."""
    from aiortc import clock

    now = clock.current_datetime
    setattr(time, "time", lambda: REAL() + shift())  # noqa: B010
    setattr(time, "time_ns", lambda: REAL_NS() + shift() * 1_000_000_000)  # noqa: B010
    setattr(clock, "current_datetime", lambda: now() + datetime.timedelta(seconds=shift()))  # noqa: B010


if "CHAOS_CLOCK" in os.environ:
    set_up()
