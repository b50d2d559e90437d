"""Layers that reproduce PyTorch's, and the loading of weights with PyTorch's names and layouts.

Keras pads a strided convolution on one side only; PyTorch pads both. Networks whose weights or definition come from
PyTorch therefore pad explicitly and then convolve without padding.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from training.data.npz import read_npz
from training.errors import TrainingError
from training.models.parts.lazy_keras import keras, layers


def fan_out() -> keras.initializers.Initializer:
    """Return a He-normal fan-out initialiser, as in torchvision's residual networks; each layer needs its own."""
    return keras.initializers.VarianceScaling(2.0, mode="fan_out", distribution="untruncated_normal")


def conv(x: Any, filters: int, kernel: int, name: str, stride: int = 1) -> Any:
    """Apply a bias-free convolution, padded by half the kernel on each side: (n, h, w, c) to (n, h', w', filters)."""
    if kernel > 1:
        x = layers.ZeroPadding2D(kernel // 2, name=f"{name}_pad")(x)
    return layers.Conv2D(filters, kernel, stride, use_bias=False, kernel_initializer=fan_out(), name=name)(x)


def norm(x: Any, name: str, gamma: str = "ones", epsilon: float = 1e-5) -> Any:
    """Apply batch normalisation with PyTorch's epsilon and momentum."""
    return layers.BatchNormalization(momentum=0.9, epsilon=epsilon, gamma_initializer=gamma, name=name)(x)


def freeze(model: keras.Model, names: tuple[str, ...]) -> None:
    """Freeze the layers whose names begin with one of `names` and all normalisation layers; others are trainable."""
    for layer in model.layers:
        layer.trainable = not layer.name.startswith(names) and not isinstance(layer, layers.BatchNormalization)


def load_npz(model: keras.Model, path: Path, stored_names: dict[str, str]) -> None:
    """Load the weights of a model's convolutions and normalisation layers from an .npz in PyTorch's layout.

    Args:
        model: the network.
        path: keys `NAME.weight`, for normalisation layers also `NAME.bias`, `.running_mean` and `.running_var`;
            convolutions are (out, in, h, w).
        stored_names: Keras layer name to NAME. Other layers keep their weights.

    Raises:
        TrainingError: the file is missing or damaged, lacks a key, or contains an array of another shape.
    """
    if not path.is_file():
        raise TrainingError(f"expected a weights file; {path} does not exist. Check --backbone-weights.")
    stored = read_npz(path, "Check --backbone-weights.")
    for layer_name, name in stored_names.items():
        layer = model.get_layer(layer_name)
        suffixes = ["weight"]
        if isinstance(layer, layers.BatchNormalization):
            suffixes = ["weight", "bias", "running_mean", "running_var"]
        missing = [f"{name}.{suffix}" for suffix in suffixes if f"{name}.{suffix}" not in stored]
        if missing:
            raise TrainingError(f"expected {', '.join(missing)} in {path}; received {sorted(stored)[:4]} ...")
        arrays = [stored[f"{name}.{suffix}"].astype(np.float32) for suffix in suffixes]
        if arrays[0].ndim == 4:
            order = (2, 3, 0, 1) if isinstance(layer, layers.DepthwiseConv2D) else (2, 3, 1, 0)
            arrays = [arrays[0].transpose(order)]
        shapes = [tuple(weight.shape) for weight in layer.weights]
        if [array.shape for array in arrays] != shapes:
            raise TrainingError(f"expected {shapes} for {name} in {path}; received {[a.shape for a in arrays]}")
        layer.set_weights(arrays)
