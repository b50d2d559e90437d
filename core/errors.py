"""The named errors of core. Each sentence says what was expected, what came and what to do."""

from __future__ import annotations


class FairestError(Exception):
    """Anything that a person can put right."""


class ImageError(FairestError):
    """A picture cannot be opened, or must not be."""


class WeightsError(FairestError):
    """A model's file or the manifest is missing, damaged or does not fit."""


class UnknownModelError(FairestError):
    """No detector or classifier has this name."""
