"""The guard: the mean of several networks' ages, which is not trained; what the manifest says of it."""

from __future__ import annotations

from core.models.age_guard import GUARD
from training.models.ensemble import spell_number

COMMAND = f"python -m training export {GUARD}"


def title(count: int) -> str:
    """What the app calls the mean of so many."""
    return f"Guard (mean of {spell_number(count)})"
