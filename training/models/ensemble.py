"""The mean of several classifiers, which is not trained itself: its texts for the manifest."""

from __future__ import annotations

ENSEMBLE = "ensemble"
"""Its name in the manifest and the results."""

COMMAND = f"python -m training export {ENSEMBLE}"

NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
"""Numbers as words, from 2 on."""


def spell_number(count: int) -> str:
    """Return a number of members, 2 or more, as a word."""
    return NUMBERS[count - 2] if count - 2 < len(NUMBERS) else str(count)


def title(count: int) -> str:
    """Return the app's title for the mean of this many models."""
    return f"Ensemble (mean of {spell_number(count)})"


def data(count: int) -> str:
    """Return the description of its training data."""
    return f"The data that its {spell_number(count)} members were trained on."
