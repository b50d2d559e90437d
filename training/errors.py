"""The exceptions of training."""

from __future__ import annotations


class TrainingError(Exception):
    """An error that the user can fix; its message says what was expected, what was received and what to do."""


class DataError(TrainingError):
    """A data folder, label file or training picture is missing or malformed."""


class NothingToLearnError(DataError, ValueError):
    """Batches were requested with no samples, or none of a required kind: an error of the data or of the caller."""
