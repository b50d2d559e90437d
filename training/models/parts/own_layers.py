"""Layers that Keras lacks. Builders import this module when called, since it subclasses Keras's classes."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable("fairest")
class ChannelStatistics(layers.Layer):
    """Mean and maximum over the channels: (n, h, w, c) to (n, h, w, 2)."""

    def call(self, inputs: Any) -> Any:
        return ops.concatenate([ops.mean(inputs, -1, keepdims=True), ops.max(inputs, -1, keepdims=True)], -1)


@keras.saving.register_keras_serializable("fairest")
class MeanPosition(layers.Layer):
    """Soft-argmax: maps (n, side, side, k) of log probabilities to mean positions, (n, 2 k).

    x and y are relative to the picture's centre, in sides of the picture.
    """

    def call(self, maps: Any) -> Any:
        """Compute the mean positions of the maps."""
        _, height, width, count = maps.shape
        shares = ops.softmax(ops.reshape(ops.cast(maps, "float32"), (-1, height * width, count)), axis=1)
        across = np.tile((np.arange(width) + 0.5) / width - 0.5, height)
        down = np.repeat((np.arange(height) + 0.5) / height - 0.5, width)
        means = [
            ops.sum(shares * ops.convert_to_tensor(coordinates[:, None], "float32"), axis=1)
            for coordinates in (across, down)
        ]
        return ops.reshape(ops.stack(means, axis=-1), (-1, 2 * count))
