"""The exceptions of core. Each message says what was expected, what was received and what to do."""

from __future__ import annotations


class FairestError(Exception):
    """An error that the user can fix.

    Attributes:
        text: the message, with `{name}` for each value, so that it can be translated through a catalogue.
        values: the values by name.
    """

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text.format(**values) if values else text)
        self.text = text
        self.values = values


class ImageError(FairestError):
    """A picture cannot be opened or is not allowed."""


class WeightsError(FairestError):
    """A model file or the manifest is missing, damaged or inconsistent."""


class UnknownModelError(FairestError):
    """No detector or classifier has this name."""


class ReportError(FairestError):
    """A model's evaluation reports in the weights folder are missing, damaged or inconsistent."""


class FigureError(FairestError):
    """A figure cannot be drawn as requested."""
