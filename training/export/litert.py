"""Converts Keras models to LiteRT, and runs Keras models behind core's interface, to evaluate both by the same code."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import keras
import numpy as np
import tensorflow as tf

from core.models.litert import LiteRTModel
from training.errors import TrainingError

Item = TypeVar("Item")


def outputs_by_name(outputs: Any) -> dict[str, Any]:
    """Return a Keras model's outputs by name; a single one is the rating."""
    return outputs if isinstance(outputs, dict) else {"rating": outputs}


class KerasRuntime:
    """A Keras model with the interface of core.models.litert.LiteRTModel, to evaluate both by the same code."""

    def __init__(self, model: keras.Model) -> None:
        self._call = tf.function(model, jit_compile=False)

    def __call__(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """Map one preprocessed picture (side, side, 3) to each output by name, without the batch axis."""
        outputs = outputs_by_name(self._call(tf.constant(pixels[np.newaxis], tf.float32)))
        return {name: np.asarray(value[0]) for name, value in outputs.items()}


def sample(items: Sequence[Item], count: int) -> list[Item]:
    """Return a fixed random sample of `count` items, or all if there are fewer."""
    return [items[number] for number in np.random.default_rng(1).permutation(len(items))[:count]]


def to_litert(model: keras.Model, calibration: Sequence[np.ndarray] | None = None) -> bytes:
    """Convert the model to a `.tflite` of batch 1.

    Args:
        model: the network.
        calibration: pictures of its input's shape, for calibrating the ranges of the layers' outputs: the file then
            computes in int8 throughout, several times as fast with depthwise convolutions. Its input dtype is that of
            these pictures, uint8 or preprocessed float32. If None, only the weights are int8 (dynamic range
            quantisation).
    """
    shape = (1, *model.input_shape[1:])
    with tempfile.TemporaryDirectory() as folder:
        model.export(folder, input_signature=[keras.InputSpec(shape=shape, dtype="float32")], verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if calibration is not None:
            converter.representative_dataset = lambda: ([x[np.newaxis].astype(np.float32)] for x in calibration)
            if calibration[0].dtype == np.uint8:
                converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
                converter.inference_input_type = tf.uint8
        return bytes(converter.convert())


def correct_bias(model: keras.Model, head: str, content: bytes, pictures: Sequence[np.ndarray]) -> bytes:
    """Convert again with the mean quantisation error of the outputs removed.

    The biases of the head are shifted by the mean difference of the outputs, over the slope of the sigmoids (Nagel et
    al., "Data-free quantization through weight equalization and bias correction", ICCV 2019, arXiv 1906.04721).

    Args:
        model: the network; each of its outputs is the mean of one or more sigmoids of the head, in their order.
        head: the name of the dense layer of these sigmoids.
        content: the file that `to_litert` made of it.
        pictures: preprocessed float32, of its input's shape, by which it was calibrated.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        path.write_bytes(content)
        file = LiteRTModel(path, 1)
        received = np.array([next(iter(file(picture).values())) for picture in pictures])
    sigmoids = keras.Model(model.input, model.get_layer(head).output).predict(np.stack(pictures), verbose=0)
    sigmoids = sigmoids.reshape(*received.shape, -1)
    apart = (sigmoids.mean(axis=-1) - received).mean(axis=0)
    slope = (sigmoids * (1 - sigmoids)).mean(axis=(0, 2))
    moved = keras.models.clone_model(model)
    moved.set_weights(model.get_weights())
    kernel, bias = moved.get_layer(head).get_weights()
    shift = np.repeat(apart / np.maximum(slope, MIN_SLOPE), sigmoids.shape[-1])
    moved.get_layer(head).set_weights([kernel, bias + shift])
    return to_litert(moved, pictures)


MIN_SLOPE = 0.01
"""Lower bound of a sigmoid's mean slope, so that outputs that are all certain stay where they are."""


def require(holds: bool, expected: str, received: float) -> None:
    """Reject an export that differs from its Keras model.

    Raises:
        TrainingError: the condition does not hold.
    """
    if not holds:
        raise TrainingError(f"expected {expected}; received {received:.4f}. Nothing was exported.")
