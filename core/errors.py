"""The named errors of core. Each sentence says what was expected, what came and what to do."""

from __future__ import annotations


class FairestError(Exception):
    """Anything that a person can put right.

    Attributes:
        text: the sentence, with `{name}` where a value stands, so that it can be looked up in a catalogue.
        values: by name.
    """

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text.format(**values) if values else text)
        self.text = text
        self.values = values


class ImageError(FairestError):
    """A picture cannot be opened, or must not be."""


class WeightsError(FairestError):
    """A model's file or the manifest is missing, damaged or does not fit."""


class UnknownModelError(FairestError):
    """No detector or classifier has this name."""


class ReportError(FairestError):
    """What the reports in the weights folder say of a model is missing, damaged or does not fit together."""


class FigureError(FairestError):
    """A figure cannot be drawn as it was asked for."""
