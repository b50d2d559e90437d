"""Train one model.

    python -m training train facetracker --data DATA --backbone-weights imagenet
    python -m training train sexyness_cnn --data DATA

Every epoch is checkpointed under runs/MODEL; the same command goes on where a killed one stopped.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from pathlib import Path

import keras

from training.callbacks import BEST_WEIGHTS, Checkpoint, callbacks_for
from training.data.rated import PANELS
from training.errors import TrainingError
from training.history import HISTORY, read_history
from training.tasks import RECIPES, Options


def run_name(name: str, fold: int = 1, panels: Iterable[str] = PANELS) -> str:
    """The folder of a run: the model's name, and what differs from how it ships."""
    parts = [name]
    if fold != 1:
        parts.append(f"fold{fold}")
    if set(panels) != set(PANELS):
        parts.append("-".join(panels))
    return "-".join(parts)


def train(name: str, options: Options, runs: Path, precision: str) -> dict[str, list[float]]:
    """Fit a model and return its whole history, resumed epochs included.

    Args:
        name: a key of RECIPES.
        options: how to train.
        runs: folder of all runs; this one goes to the one that run_name gives.
        precision: Keras's dtype policy: "mixed_bfloat16" (more than twice as fast on recent CPUs) or "float32".

    Raises:
        TrainingError: the loss became NaN. DataError: data is missing.
    """
    keras.utils.set_random_seed(options.seed)
    keras.mixed_precision.set_dtype_policy(precision)
    run = runs / run_name(name, options.fold, options.panels)
    run.mkdir(parents=True, exist_ok=True)
    task = RECIPES[name].prepare(options)
    callbacks = callbacks_for(run, task.train, task.monitor, task.mode, options.patience)
    last = next(c for c in callbacks if isinstance(c, Checkpoint)).last()
    task.model.fit(
        task.train,
        validation_data=task.validation,
        epochs=options.epochs,
        shuffle=False,
        initial_epoch=last[0] if last else 0,
        callbacks=callbacks,
        verbose=1 if sys.stdout.isatty() else 2,
    )
    history = read_history(run / HISTORY)
    if any(math.isnan(value) for value in history.get("loss", [])):
        raise TrainingError(
            f"the loss of {name} became NaN. Lower --learning-rate and remove {run} before trying again."
        )
    return history


def trained_model(name: str, run: Path) -> keras.Model:
    """The best weights of a run in a float32 model.

    Raises:
        TrainingError: the model was not trained yet.
    """
    weights = run / BEST_WEIGHTS
    if not weights.is_file():
        raise TrainingError(f"expected the weights {weights}; there are none. Run: python -m training train {name}")
    keras.mixed_precision.set_dtype_policy("float32")
    model = RECIPES[name].build()
    model.load_weights(weights)
    return model
