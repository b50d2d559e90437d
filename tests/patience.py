"""How tests wait for what comes sooner or later: how soon is the machine's affair, and only a fault takes long."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds."""


def until(condition: Callable[[], bool], description: str = "it", seconds: float = PATIENCE) -> float:
    """Wait until a condition is true; returns how long that took, seconds.

    Args:
        condition: asked again and again.
        description: of what is waited for, for the error.
        seconds: the most to wait.

    Raises:
        AssertionError: it did not come true in time.
    """
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < seconds, f"expected {description} within {seconds:.0f} s"
        time.sleep(0.005)
    return time.monotonic() - begin
