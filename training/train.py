"""Trains one model.

    python -m training train facetracker --data DATA --backbone-weights imagenet
    python -m training train sexyness_cnn --data DATA

Every epoch is checkpointed under runs/MODEL; repeating the command resumes a killed run.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from pathlib import Path

import keras
import numpy as np

from training.data.rated import PANELS, SPLIT_60_40, fold_title
from training.errors import TrainingError
from training.fit.callbacks import BEST_WEIGHTS, callbacks_for, check_resumable, epochs_done, log_column, read_log
from training.fit.run_lock import run_lock
from training.fit.tasks import TASKS
from training.fit.weights_files import load_weights
from training.models.registry import spec_of
from training.options import Options

SHIPPED_FOLD = 1
"""Shipped models were never trained on this fold of SCUT-FBP5500, and were on all others."""


def run_name(name: str, fold: int = SHIPPED_FOLD, panels: Iterable[str] = PANELS, adults: bool = True) -> str:
    """Return the folder of a run: the model's name, and any differences from the shipped configuration."""
    parts = [name]
    if fold == SPLIT_60_40:
        parts.append("60-40")
    elif fold != SHIPPED_FOLD:
        parts.append(f"fold{fold}")
    if set(panels) != set(PANELS):
        parts.append("-".join(panels))
    if not adults:
        parts.append("all")
    return "-".join(parts)


def stopped_early(values: list[float], mode: str, patience: int) -> bool:
    """Whether training ended before its last epoch: the best value is `patience` or more epochs ago."""
    if not values:
        return False
    best = int(np.argmax(values) if mode == "max" else np.argmin(values))
    return len(values) - 1 - best >= patience


def check_unseen(options: Options) -> None:
    """Refuse to train from networks that have seen the test fold.

    Raises:
        TrainingError: the fold differs from that of the shipped models, but a teacher or one of Fairest's networks is
        used.
    """
    uses_own_networks = options.teacher is not None or options.backbone_weights.endswith(".tflite")
    if options.fold != SHIPPED_FOLD and uses_own_networks:
        raise TrainingError(
            f"expected fold {SHIPPED_FOLD} with --teacher or an exported .tflite, since our networks have learnt from "
            f"all other folds; received {fold_title(options.fold)}. Leave both out, or train on fold {SHIPPED_FOLD} "
            "alone."
        )


def fit(name: str, options: Options, run: Path, precision: str) -> None:
    """Train a model from the point at which its run stopped; see `train`."""
    keras.utils.set_random_seed(options.seed)
    keras.mixed_precision.set_dtype_policy(precision)
    read_log(run)  # A damaged log is told before the pictures are read.
    spec = spec_of(name)
    task = TASKS[spec.family](spec, options)
    check_resumable(run, task.monitor)
    if stopped_early(log_column(run, task.monitor), task.mode, options.patience):
        return
    task.model.fit(
        task.train,
        validation_data=task.validation,
        epochs=options.epochs,
        shuffle=False,
        initial_epoch=epochs_done(run),
        callbacks=callbacks_for(run, task.train, task.monitor, task.mode, options.patience),
        verbose=1 if sys.stdout.isatty() else 2,
    )


def train(name: str, options: Options, runs: Path, precision: str) -> dict[str, list[float]]:
    """Train a model to its last epoch and return its whole history; a finished run is left unchanged.

    Args:
        name: of a model of training.models.registry.
        options: how to train.
        runs: folder of all runs; this one uses the subfolder given by run_name.
        precision: Keras's dtype policy: "mixed_bfloat16" (more than twice as fast on recent CPUs) or "float32".

    Raises:
        TrainingError: the loss became NaN, another process trains in this folder, the folder cannot be created, its log
        or
            checkpoint is damaged, or see `check_unseen`. DataError: data is missing or malformed.
    """
    check_unseen(options)
    run = runs / run_name(name, options.fold, options.panels, options.adults)
    try:
        run.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainingError(f"expected a folder to train in; {run} cannot be made ({error.strerror}).") from error
    with run_lock(run):
        if epochs_done(run) < options.epochs:
            fit(name, options, run, precision)
    history = read_log(run)
    if any(math.isnan(value) for value in history.get("loss", [])):
        raise TrainingError(
            f"the loss of {name} became NaN. Lower --learning-rate and remove {run} before trying again."
        )
    return history


def trained_model(name: str, run: Path) -> keras.Model:
    """Return a float32 model with the best weights of a run.

    Raises:
        TrainingError: the model was not trained yet, or its weights are damaged.
    """
    weights = run / BEST_WEIGHTS
    if not weights.is_file():
        raise TrainingError(f"expected the weights {weights}; there are none. Run: python -m training train {name}")
    keras.mixed_precision.set_dtype_policy("float32")
    model = spec_of(name).build(None)
    load_weights(model, weights, f"Put back a whole file, or remove {run} and train anew.")
    return model
