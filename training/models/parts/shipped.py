"""Restores the weights of a `.tflite` file to the Keras network that it was exported from.

So a network can start from the layers of a shipped one without training that one again first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from keras import layers

from training.errors import TrainingError

DTYPES = {
    schema.TensorType.FLOAT32: np.float32,
    schema.TensorType.INT8: np.int8,
    schema.TensorType.INT32: np.int32,
}
"""Storage of weights: as floats or quantised; int32 for the biases of full int8 files."""

AXES = {
    schema.BuiltinOperator.CONV_2D: (1, 2, 3, 0),
    schema.BuiltinOperator.DEPTHWISE_CONV_2D: (1, 2, 3, 0),
    schema.BuiltinOperator.FULLY_CONNECTED: (1, 0),
}
"""The operators that have a kernel, and its axes in Keras's order."""

NONE = -1
"""Index in place of a bias that is all zeros."""

Kernel = tuple[np.ndarray, np.ndarray]
"""A kernel in Keras's shape and its bias, float32."""


def constant(model: Any, tensor: Any) -> np.ndarray:
    """Return a constant of a graph as float32, dequantised if necessary."""
    raw = np.asarray(model.buffers[tensor.buffer].data, np.uint8).tobytes()
    stored = np.frombuffer(raw, DTYPES[tensor.type]).reshape(tensor.shape)
    if tensor.type == schema.TensorType.FLOAT32:
        return stored
    scale = np.asarray(tensor.quantization.scale, np.float32)
    shape = [1] * len(tensor.shape)
    shape[tensor.quantization.quantizedDimension] = len(scale)
    return stored * scale.reshape(shape)


def read_kernels(path: Path) -> list[Kernel]:
    """Read every kernel of a `.tflite` in the order of its operators, with normalisation folded in by the converter."""
    model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    graph = model.subgraphs[0]
    kernels = []
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex].builtinCode
        if code in AXES:
            weights, bias = operator.inputs[1:3]
            kernel = np.ascontiguousarray(constant(model, graph.tensors[weights]).transpose(AXES[code]))
            outputs = graph.tensors[operator.outputs[0]].shape[-1]
            kernels.append(
                (kernel, np.zeros(outputs, np.float32) if bias == NONE else constant(model, graph.tensors[bias]))
            )
    return kernels


def match_kernels(model: keras.Model, stored: list[Kernel]) -> list[tuple[keras.layers.Layer, list[np.ndarray]]]:
    """Match a model's layers, a chain apart from shortcuts, with stored kernels; return each layer and its new weights.

    A normalisation layer is reduced to adding the bias that it was folded into.

    Raises:
        ValueError: layers and kernels do not match.
    """
    unmatched = iter(stored)
    pending: np.ndarray | None = None
    matched: list[tuple[keras.layers.Layer, list[np.ndarray]]] = []
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            if pending is None:
                raise ValueError(f"{layer.name} follows no convolution without a bias")
            ones = np.ones_like(pending)
            matched.append((layer, [ones, pending, 0 * ones, ones - layer.epsilon]))
            pending = None
        elif layer.weights:
            kernel, bias = next(unmatched, (np.empty(0), np.empty(0)))
            if kernel.shape != tuple(layer.weights[0].shape):
                raise ValueError(f"{layer.name} has {tuple(layer.weights[0].shape)}, the file {kernel.shape}")
            matched.append((layer, [kernel, bias] if layer.use_bias else [kernel]))
            pending = None if layer.use_bias else bias
    if next(unmatched, None) is not None:
        raise ValueError("the file has more layers")
    return matched


def load_shipped(model: keras.Model, path: Path) -> None:
    """Set a network's weights to the shipped ones, up to quantisation error.

    Raises:
        TrainingError: the file is missing or contains another network.
    """
    wanted = f"expected the exported {model.name}, weights/{model.name}.tflite, with --backbone-weights PATH"
    if not path.is_file():
        raise TrainingError(f"{wanted}; received {path}, which does not exist. Train and export {model.name} first.")
    try:
        for layer, weights in match_kernels(model, read_kernels(path)):
            layer.set_weights(weights)
    except Exception as error:  # what flatbuffers makes of a file that is none has no one kind
        raise TrainingError(f"{wanted}; received {path}: {error}") from error
