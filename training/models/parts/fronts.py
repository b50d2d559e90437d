"""The first layers of one network as the start of another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from training.models.parts.lazy_keras import keras


@contextmanager
def full_precision() -> Iterator[None]:
    """Layers made within compute in float32, whatever the others do: depthwise convolutions are faster so."""
    policy = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.mixed_precision.set_dtype_policy(policy)


def first_layers(network: keras.Model, last: str, learns: bool) -> tuple[Any, Any]:
    """(input, maps) of a network up to a layer.

    Args:
        network: its weights are shared, not copied.
        last: name of the layer whose output is taken.
        learns: whether they are trained.
    """
    part = keras.Model(network.input, network.get_layer(last).output, name="first_blocks")
    part.trainable = learns
    picture = keras.Input(network.input_shape[1:], name="picture")
    return picture, part(picture)


def front(build: Callable[[None], keras.Model], last: str, weights: str | Path | None) -> tuple[Any, Any]:
    """(input, maps): one of our rating networks up to a layer, never trained again, unless it is random.

    Args:
        build: the rating network, with random weights.
        last: name of the layer whose output is taken.
        weights: of the rating network as it ships, `.tflite`, or None for random weights.

    Raises:
        TrainingError: the file is missing or holds another network.
    """
    rater = build(None)
    if weights is not None:
        # Reading .tflite files takes a second to import.
        from training.models.parts.shipped import load_shipped

        load_shipped(rater, Path(weights))
    return first_layers(rater, last, learns=weights is None)
