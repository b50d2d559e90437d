"""The guard: the mean of several age networks, which is not trained itself: its texts for the manifest."""

from __future__ import annotations

from core.models.age_guard import GUARD
from training.models.ensemble import spell_number

COMMAND = f"python -m training export {GUARD}"


def title(count: int) -> str:
    """Return the app's title for the mean of this many networks."""
    return f"Guard (mean of {spell_number(count)})"
