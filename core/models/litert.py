"""Runs LiteRT models and controls their inference threads. A model may be shared: concurrent inferences queue up."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from core.errors import WeightsError
from core.memory import model_buffers


class ThreadLimit:
    """Limits the threads of an inference, whatever its model was loaded with. One per process, like the cores.

    Attributes:
        maximum: number of threads; None for no limit.
        at_once: concurrent inferences per model; each needs the memory of an interpreter.
    """

    def __init__(self) -> None:
        self.maximum: int | None = None
        self.at_once = 1

    def __call__(self, threads: int) -> int:
        """Return `threads`, or the maximum if that is smaller."""
        return threads if self.maximum is None else min(threads, self.maximum)


thread_limit = ThreadLimit()


class Runtime(Protocol):
    """Runs a network on one picture."""

    def __call__(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """Map preprocessed pixels (height, width, 3) to the outputs by name, without the batch axis."""
        ...


class LiteRTModel:
    """A `.tflite` file with one input, (1, height, width, 3) float32 or uint8, and named outputs of batch 1.

    An interpreter's thread count is fixed at creation, so there is one interpreter for each thread count requested and
    for each concurrent inference; `free_spare_interpreters` leaves one. All are created from the bytes read at first:
    if a memory-mapped file were overwritten or truncated, the model would change or the process would crash (SIGBUS).
    """

    _loaded: ClassVar[weakref.WeakSet[LiteRTModel]] = weakref.WeakSet()
    _loaded_lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, path: Path, threads: int) -> None:
        """Load the model and allocate its tensors.

        Args:
            path: the model file.
            threads: 1 or more; two are nearly twice as fast as one on these networks. `thread_limit` may allow fewer.

        Raises:
            WeightsError: the file cannot be read or is not a LiteRT model, or has no signature or more than one input.
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
        with self._loaded_lock:
            self._loaded.add(self)

    @classmethod
    def free_spare_interpreters(cls) -> None:
        """Free the idle interpreters of all models but one each, which has the thread count requested at loading.

        Call it when demand falls. A model needs more than one only while inferences are concurrent or their threads
        limited, and creating one takes 1 to 35 ms and 1 to 50 MB.
        """
        with cls._loaded_lock:
            models = list(cls._loaded)
        for model in models:
            with model._changed:
                for threads, idle in model._idle.items():
                    del idle[1 if threads == model._threads else 0 :]

    def _interpreter(self, threads: int) -> Interpreter:
        try:
            with model_buffers:
                interpreter = Interpreter(model_content=self._content, num_threads=threads)
                interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise WeightsError(f"expected a LiteRT model in {self._path}; it cannot be loaded: {error}") from error
        return interpreter

    @contextmanager
    def _runner(self, threads: int) -> Iterator[Any]:
        """Acquire a runner for exclusive use; blocks while the maximum number is in use."""
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
            pixels: preprocessed, with the model's dtype and shape (height, width, 3).

        Returns:
            Each output by name, without the batch axis.

        Raises:
            ValueError: the picture does not have the model's shape.
        """
        if (1, *pixels.shape) != self.input_shape:
            raise ValueError(f"expected a picture of shape {self.input_shape[1:]}; received {pixels.shape}")
        with self._runner(thread_limit(self._threads)) as runner:
            outputs = runner(**{self._input: pixels[np.newaxis]})
            return {name: np.array(value[0]) for name, value in outputs.items()}
