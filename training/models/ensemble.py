"""The mean of several classifiers, which is not trained: what the manifest says of it."""

from __future__ import annotations

ENSEMBLE = "ensemble"
"""Its name in the manifest and among the results."""

COMMAND = f"python -m training export {ENSEMBLE}"

NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
"""Written out, from 2 on."""


def spell_number(count: int) -> str:
    """A number of members, 2 or more, in a sentence."""
    return NUMBERS[count - 2] if count - 2 < len(NUMBERS) else str(count)


def title(count: int) -> str:
    """What the app calls the mean of so many."""
    return f"Ensemble (mean of {spell_number(count)})"


def data(count: int) -> str:
    """What it learnt from."""
    return f"What its {spell_number(count)} members were trained on."
