"""Runs a LiteRT model file; owns its threads. Safe to share between threads: one inference at a time."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Protocol

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from core.errors import WeightsError


class Runs(Protocol):
    """Anything that runs a network on one picture."""

    def __call__(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """Preprocessed pixels (height, width, 3) to each output by name, without the batch axis."""
        ...


class LiteRTModel:
    """A `.tflite` file with one input, (1, height, width, 3) float32 or uint8, and named outputs of batch 1."""

    def __init__(self, path: Path, threads: int) -> None:
        """Load and allocate.

        Args:
            path: the model file.
            threads: 1 or more; two are twice as fast as one on these networks.

        Raises:
            WeightsError: the file is no LiteRT model, or has no signature or more than one input.
        """
        if threads < 1:
            raise ValueError(f"expected 1 thread or more; received {threads}")
        try:
            self._interpreter = Interpreter(model_path=str(path), num_threads=threads)
            self._interpreter.allocate_tensors()
            signatures = self._interpreter.get_signature_list()
        except (ValueError, RuntimeError) as error:
            raise WeightsError(f"expected a LiteRT model in {path}; it cannot be loaded: {error}") from error
        inputs = self._interpreter.get_input_details()
        if len(signatures) != 1 or len(inputs) != 1:
            raise WeightsError(
                f"expected one signature and one input in {path}; received {len(signatures)}, {len(inputs)}."
            )
        ((self._signature, names),) = signatures.items()
        self._input = names["inputs"][0]
        self._runner = self._interpreter.get_signature_runner(self._signature)
        self._lock = threading.Lock()
        self.input_shape: tuple[int, ...] = tuple(int(n) for n in inputs[0]["shape"])

    def __call__(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """Run one picture.

        Args:
            pixels: preprocessed, of the file's kind and shape (height, width, 3).

        Returns:
            Each output by name, without the batch axis.

        Raises:
            ValueError: the picture is not of the model's shape.
        """
        if (1, *pixels.shape) != self.input_shape:
            raise ValueError(f"expected a picture of shape {self.input_shape[1:]}; received {pixels.shape}")
        with self._lock:
            outputs = self._runner(**{self._input: pixels[np.newaxis]})
        return {name: np.array(value[0]) for name, value in outputs.items()}
