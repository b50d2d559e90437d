"""Keras, imported when a network is built and not before.

The registry imports every architecture for its name, recipe and card, and the command line lists them without waiting
for TensorFlow. An architecture therefore takes `keras` and `layers` from here; what it derives from Keras's classes
lies in a module that its builder imports.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__all__ = ["keras", "layers"]


class LazyModule:
    """A module that is imported when an attribute of it is first asked for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self.name), attribute)


if TYPE_CHECKING:
    import keras
    from keras import layers
else:
    keras, layers = LazyModule("keras"), LazyModule("keras.layers")
