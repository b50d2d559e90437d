"""When a stream has recovered from a fault."""

from __future__ import annotations

from collections.abc import Sequence


def whole_again(shown: Sequence[tuple[float, float]], since: float, until: float, old: float) -> float:
    """Return the seconds from a moment until what is shown was never again older than `old` seconds.

    Args:
        shown: for each frame, or message about one, when it was shown and when it was captured, in seconds.
        since: the moment.
        until: end of the observation.
        old: maximum age in seconds.
    """
    last = since
    ends = [displayed for displayed, _ in shown[1:]] + [until]
    for (_, captured), end in zip(shown, ends, strict=True):
        if end > since and end - captured > old:
            last = end
    return last - since
