"""Callbacks between epochs: logging, checkpointing, resuming after a kill, early stopping."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import keras

from core.errors import ReportError
from core.evaluation.history import HISTORY, read_history
from training.data.batches import SeededBatches
from training.errors import TrainingError
from training.fit.weights_files import load_weights, save_weights
from training.models.parts.rating_losses import ParityLoss

BEST_WEIGHTS = "best.weights.h5"
CHECKPOINT = re.compile(r"epoch-([0-9]+)\.weights\.h5")


def last_checkpoint(run: Path) -> tuple[int, Path] | None:
    """Return (epochs done, file) of a run's last checkpoint, or None."""
    named = ((CHECKPOINT.fullmatch(path.name), path) for path in run.glob("epoch-*"))
    return max(((int(name[1]), path) for name, path in named if name), default=None)


def epochs_done(run: Path) -> int:
    """Return the number of epochs in the last checkpoint of a run, 0 if there is none."""
    last = last_checkpoint(run)
    return last[0] if last else 0


def read_log(run: Path) -> dict[str, list[float]]:
    """Read the columns of a run's log; empty if there is no log yet.

    Raises:
        TrainingError: it is damaged.
    """
    try:
        columns = read_history(run / HISTORY)
    except ReportError as error:
        raise TrainingError(f"{error} Put back a whole log, or remove {run} to begin anew.") from error
    if columns and not (run / HISTORY).read_bytes().endswith(b"\n"):
        raise TrainingError(
            f"expected whole lines in {run / HISTORY}; the last one breaks off. Put back a whole log, or remove {run} "
            "to begin anew."
        )
    return columns


def log_column(run: Path, name: str) -> list[float]:
    """Return a column of a run's log up to its last checkpoint; an epoch logged beyond it is trained again."""
    return read_log(run).get(name, [])[: epochs_done(run)]


def check_resumable(run: Path, monitor: str) -> None:
    """Refuse to resume if the log lacks an epoch of the last checkpoint.

    The best epoch so far and the remaining patience are computed from the log.

    Raises:
        TrainingError: the log is damaged, or lacks an epoch or the monitored value.
    """
    epochs, log = epochs_done(run), read_log(run)
    logged = log.get("epoch", [])[:epochs]
    if logged != list(range(epochs)) or (epochs and monitor not in log):
        raise TrainingError(
            f"expected {epochs} epochs with {monitor} in {run / HISTORY}, as the last checkpoint holds; received "
            f"{len(logged)} with {', '.join(log) or 'nothing'}. Put back a whole log, or remove {run} to begin anew."
        )


class EpochSeed(keras.callbacks.Callback):
    """Passes the epoch's number to batches, dropout and loss, so that their randomness is the same when resumed."""

    def __init__(self, batches: SeededBatches) -> None:
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.batches.epoch = epoch
        if isinstance(self.model.loss, ParityLoss):
            self.model.loss.reset_state()
        for layer in self.model.layers:
            if isinstance(layer, keras.layers.Dropout):
                # No checkpoint stores the number of draws: one per batch.
                state = layer.seed_generator.state
                state.assign([int(state[0]), epoch * len(self.batches)])


class ResumableEarlyStopping(keras.callbacks.EarlyStopping):
    """Early stopping that restores its state from the CSV log when a run is resumed."""

    def __init__(self, run: Path, monitor: str, mode: str, patience: int) -> None:
        super().__init__(monitor=monitor, mode=mode, patience=patience)
        self.run = run
        self.sign = 1 if mode == "max" else -1

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        self.wait: int
        self.best: float | None
        for epoch, value in enumerate(log_column(self.run, self.monitor)):
            self.wait += 1
            if self.best is None or self.sign * value > self.sign * self.best:
                self.best, self.best_epoch, self.wait = value, epoch, 0


class Checkpoint(keras.callbacks.Callback):
    """Keeps the last epoch, to resume a killed run from, and the best one, for export.

    Keras's own BackupAndRestore writes in place: a run killed while it wrote could not be resumed.
    """

    def __init__(self, run: Path, monitor: str, mode: str) -> None:
        super().__init__()
        self.run = run
        self.monitor = monitor
        self.sign = 1 if mode == "max" else -1
        self.best = max((self.sign * value for value in log_column(run, monitor)), default=None)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        last = last_checkpoint(self.run)
        if last is not None:
            self.model.optimizer.build(self.model.trainable_variables)
            load_weights(self.model, last[1], "Put back a whole one, or remove it to begin anew.")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        value = self.sign * float((logs or {})[self.monitor])
        if self.best is None or value > self.best:
            self.best = value
            save_weights(self.model, self.run / BEST_WEIGHTS)
        previous = last_checkpoint(self.run)
        save_weights(self.model, self.run / f"epoch-{epoch + 1:04}.weights.h5")
        if previous is not None:
            previous[1].unlink()


def callbacks_for(run: Path, batches: SeededBatches, monitor: str, mode: str, patience: int) -> list[Any]:
    """Return the callbacks of a training run in the folder `run`.

    Each epoch: a CSV row, the best weights so far, a checkpoint for resuming, TensorBoard. The row comes first, so that
    every epoch of a checkpoint is in the log, whenever the run is killed.

    Args:
        run: the run's folder.
        batches: the training batches, which receive each epoch's number.
        monitor: the logged value that determines the best epoch. mode: "min" or "max".
        patience: epochs without improvement before stopping.
    """
    return [
        EpochSeed(batches),
        keras.callbacks.CSVLogger(str(run / HISTORY), append=True),
        Checkpoint(run, monitor, mode),
        ResumableEarlyStopping(run, monitor, mode, patience),
        keras.callbacks.TensorBoard(str(run / "tensorboard"), write_graph=False),
        keras.callbacks.TerminateOnNaN(),
    ]
