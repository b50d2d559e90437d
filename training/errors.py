"""The named errors of training."""

from __future__ import annotations


class TrainingError(Exception):
    """Something a person can put right; its sentence says what was expected, what came and what to do."""


class DataError(TrainingError):
    """A data folder, label file or training picture is missing or malformed."""
