"""Keras, imported lazily when a network is built.

The registry imports every architecture for its name, recipe and card, and the command line lists them without waiting
for TensorFlow. An architecture therefore imports `keras` and `layers` from here; subclasses of Keras's classes are in
modules that its builder imports.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__all__ = ["keras", "layers"]


class LazyModule:
    """A module that is imported when one of its attributes is first accessed."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self.name), attribute)


if TYPE_CHECKING:
    import keras
    from keras import layers
else:
    keras, layers = LazyModule("keras"), LazyModule("keras.layers")
