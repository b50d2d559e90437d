"""Uses the first layers of one network as the start of another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from training.models.parts.lazy_keras import keras


@contextmanager
def full_precision() -> Iterator[None]:
    """Make layers created in this context compute in float32, which is faster for depthwise convolutions."""
    policy = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.mixed_precision.set_dtype_policy(policy)


def first_layers(network: keras.Model, last: str, learns: bool) -> tuple[Any, Any]:
    """Return (input, maps) of a network up to a layer.

    Args:
        network: its weights are shared, not copied.
        last: name of the layer whose output is used.
        learns: whether the layers are trainable.
    """
    part = keras.Model(network.input, network.get_layer(last).output, name="first_blocks")
    part.trainable = learns
    picture = keras.Input(network.input_shape[1:], name="picture")
    return picture, part(picture)


def front(build: Callable[[None], keras.Model], last: str, weights: str | Path | None) -> tuple[Any, Any]:
    """Return (input, maps) of one of Fairest's rating networks up to a layer, frozen unless its weights are random.

    Args:
        build: returns the rating network with random weights.
        last: name of the layer whose output is used.
        weights: the shipped rating network, `.tflite`, or None for random weights.

    Raises:
        TrainingError: the file is missing or contains another network.
    """
    rater = build(None)
    if weights is not None:
        # Importing the reader of .tflite files takes a second.
        from training.models.parts.shipped import load_shipped

        load_shipped(rater, Path(weights))
    return first_layers(rater, last, learns=weights is None)
