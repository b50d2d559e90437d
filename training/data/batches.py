"""Batches for `fit`: each sample's randomness depends on (seed, epoch, index) only, so a resumed run sees the same."""

from __future__ import annotations

import abc
import math
from typing import Any

import keras
import numpy as np

from training.errors import NothingToLearnError


class SeededBatches(keras.utils.PyDataset, abc.ABC):
    """A PyDataset whose batches depend only on the seed, the epoch and the index.

    `epoch` is set by `training.fit.callbacks.EpochSeed` before each epoch.
    """

    def __init__(self, samples: int, batch_size: int, seed: int) -> None:
        if samples < 1 or batch_size < 1:
            raise NothingToLearnError(
                f"expected 1 sample and a batch size of 1 or more; received {samples}, {batch_size}"
            )
        super().__init__()
        self.samples = samples
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return math.ceil(self.samples / self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        first = index * self.batch_size
        numbers = range(first, min(first + self.batch_size, self.samples))
        return self.batch([(number, np.random.default_rng((self.seed, self.epoch, number))) for number in numbers])

    @abc.abstractmethod
    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        """Return the batch of these sample numbers, each with its own generator, as `fit` takes it."""
