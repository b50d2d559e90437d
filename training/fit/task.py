"""A model that is ready to be fitted."""

from __future__ import annotations

from dataclasses import dataclass

import keras

from training.data.batches import SeededBatches
from training.options import Options


@dataclass(frozen=True, slots=True)
class Task:
    """A compiled model and what it is fitted on; monitor and mode choose the best epoch."""

    model: keras.Model
    train: SeededBatches
    validation: SeededBatches
    monitor: str
    mode: str


WARM_UP = 220
"""Steps, if an epoch has more; else one epoch."""


def schedule(options: Options, steps: int) -> keras.optimizers.schedules.CosineDecay:
    """A warm-up, then a cosine down to nothing."""
    warm_up = min(steps, WARM_UP)
    return keras.optimizers.schedules.CosineDecay(
        options.learning_rate / 100,
        decay_steps=max(1, options.epochs * steps - warm_up),
        warmup_target=options.learning_rate,
        warmup_steps=warm_up,
    )
