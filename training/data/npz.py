"""Reads the arrays of an .npz file, and loads layers' weights from them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from training.errors import TrainingError

if TYPE_CHECKING:
    import keras


def read_npz(path: Path, advice: str) -> dict[str, np.ndarray]:
    """Read every array of a file, by its key.

    Args:
        path: an existing file.
        advice: a sentence on what to do if it is damaged.

    Raises:
        TrainingError: it is not an .npz, or damaged.
    """
    try:
        with np.load(path) as stored:
            return {key: stored[key] for key in stored.files}
    except Exception as error:  # zipfile, zlib and NumPy raise a dozen kinds on damaged files
        raise TrainingError(f"expected arrays in an .npz in {path}; it is damaged ({error}). {advice}") from error


def load_layers(layers: Iterable[keras.layers.Layer], path: Path) -> None:
    """Load the kernel and bias of layers from a file in Keras's layout, with keys LAYER/kernel and LAYER/bias.

    Raises:
        TrainingError: the file is missing or damaged, lacks a layer, or contains an array of another shape.
    """
    if not path.is_file():
        raise TrainingError(f"expected a weights file; {path} does not exist. Check --backbone-weights.")
    stored = read_npz(path, "Check --backbone-weights.")
    for layer in layers:
        keys = [f"{layer.name}/kernel", f"{layer.name}/bias"]
        missing = [key for key in keys if key not in stored]
        if missing:
            raise TrainingError(f"expected {', '.join(missing)} in {path}; received {sorted(stored)[:4]} ...")
        arrays = [stored[key].astype(np.float32) for key in keys]
        shapes = [tuple(weight.shape) for weight in layer.weights]
        if [array.shape for array in arrays] != shapes:
            raise TrainingError(f"expected {shapes} for {layer.name} in {path}; received {[a.shape for a in arrays]}")
        layer.set_weights(arrays)
