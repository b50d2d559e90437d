"""The named errors of training."""

from __future__ import annotations


class TrainingError(Exception):
    """Something a person can put right; its sentence says what was expected, what came and what to do."""


class DataError(TrainingError):
    """A data folder, label file or training picture is missing or malformed."""


class NothingToLearnError(DataError, ValueError):
    """Batches were asked for of no sample, or of samples that lack a kind: wrong of the data, or of the caller."""
