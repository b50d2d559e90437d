"""Runs a LiteRT model file; owns the threads of inference. A model may be shared: the next inference waits its turn."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from core.errors import WeightsError


class ThreadLimit:
    """How many threads an inference may take, whatever its model was loaded for. One a process: so are its cores.

    Attributes:
        maximum: of threads; None for as many as were asked for.
        at_once: inferences of one model at a time; each takes the memory of its interpreter.
    """

    def __init__(self) -> None:
        self.maximum: int | None = None
        self.at_once = 1

    def __call__(self, threads: int) -> int:
        """So many, or fewer."""
        return threads if self.maximum is None else min(threads, self.maximum)


thread_limit = ThreadLimit()


class Runtime(Protocol):
    """Anything that runs a network on one picture."""

    def __call__(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """Preprocessed pixels (height, width, 3) to each output by name, without the batch axis."""
        ...


class LiteRTModel:
    """A `.tflite` file with one input, (1, height, width, 3) float32 or uint8, and named outputs of batch 1.

    An interpreter's threads are fixed when it is made, so there is one for each number of threads that was asked for,
    and for each inference that went on beside another. All of them are made of the bytes that were read at first: a
    file that is mapped into memory, and is written over or cut short there, would change the model or end the process
    (SIGBUS).
    """

    def __init__(self, path: Path, threads: int) -> None:
        """Load and allocate.

        Args:
            path: the model file.
            threads: 1 or more; two are nearly twice as fast as one on these networks. `thread_limit` may allow fewer.

        Raises:
            WeightsError: the file cannot be read or is no LiteRT model, or has no signature or more than one input.
        """
        if threads < 1:
            raise ValueError(f"expected 1 thread or more; received {threads}")
        self._path = path
        self._threads = threads
        try:
            self._content = path.read_bytes()
        except OSError as error:
            raise WeightsError(f"expected a LiteRT model in {path}; it cannot be read: {error.strerror}") from error
        self._changed = threading.Condition()
        self._running = 0
        self._idle: dict[int, list[Any]] = {}
        interpreter = self._interpreter(threads)
        inputs, signatures = interpreter.get_input_details(), interpreter.get_signature_list()
        if len(signatures) != 1 or len(inputs) != 1:
            raise WeightsError(
                f"expected one signature and one input in {path}; received {len(signatures)}, {len(inputs)}."
            )
        ((self._signature, names),) = signatures.items()
        self._input = names["inputs"][0]
        self.input_shape: tuple[int, ...] = tuple(int(n) for n in inputs[0]["shape"])
        self._idle[threads] = [interpreter.get_signature_runner(self._signature)]

    def _interpreter(self, threads: int) -> Interpreter:
        try:
            interpreter = Interpreter(model_content=self._content, num_threads=threads)
            interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise WeightsError(f"expected a LiteRT model in {self._path}; it cannot be loaded: {error}") from error
        return interpreter

    @contextmanager
    def _runner(self, threads: int) -> Iterator[Any]:
        """A runner that nobody else has meanwhile; waits while as many as may be are in use."""
        with self._changed:
            self._changed.wait_for(lambda: self._running < thread_limit.at_once)
            self._running += 1
            idle = self._idle.setdefault(threads, [])
            runner = idle.pop() if idle else None
        try:
            runner = runner or self._interpreter(threads).get_signature_runner(self._signature)
            yield runner
        finally:
            with self._changed:
                self._running -= 1
                if runner is not None:
                    idle.append(runner)
                self._changed.notify()

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
        with self._runner(thread_limit(self._threads)) as runner:
            outputs = runner(**{self._input: pixels[np.newaxis]})
            return {name: np.array(value[0]) for name, value in outputs.items()}
