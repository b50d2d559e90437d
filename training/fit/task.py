"""A model that is ready for training."""

from __future__ import annotations

from dataclasses import dataclass

import keras

from training.data.batches import SeededBatches
from training.options import Options


@dataclass(frozen=True, slots=True)
class Task:
    """A compiled model and its data; monitor and mode determine the best epoch."""

    model: keras.Model
    train: SeededBatches
    validation: SeededBatches
    monitor: str
    mode: str


WARM_UP = 220
"""Warm-up steps, or one epoch if that is shorter."""


def schedule(options: Options, steps: int) -> keras.optimizers.schedules.CosineDecay:
    """Return the learning rate schedule: a warm-up, then cosine decay to zero."""
    warm_up = min(steps, WARM_UP)
    return keras.optimizers.schedules.CosineDecay(
        options.learning_rate / 100,
        decay_steps=max(1, options.epochs * steps - warm_up),
        warmup_target=options.learning_rate,
        warmup_steps=warm_up,
    )
