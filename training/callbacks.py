"""What `fit` does between epochs: log, checkpoint, resume after a kill, stop early."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import keras

from training.data.batches import SeededBatches

BEST_WEIGHTS = "best.weights.h5"
HISTORY = "history.csv"


class EpochSeed(keras.callbacks.Callback):
    """Tells the batches which epoch it is, so that their randomness follows from it, resumed or not."""

    def __init__(self, batches: SeededBatches) -> None:
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.batches.epoch = epoch


def read_history(path: Path) -> dict[str, list[float]]:
    """The columns of a CSV log, empty when there is none yet; epochs logged twice count once, the later one."""
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as stream:
        rows = {int(row["epoch"]): row for row in csv.DictReader(stream)}
    ordered = [rows[epoch] for epoch in sorted(rows)]
    return {name: [float(row[name]) for row in ordered] for name in (ordered[0] if ordered else {})}


class ResumableEarlyStopping(keras.callbacks.EarlyStopping):
    """Early stopping that takes up its count from the CSV log when a run is resumed."""

    def __init__(self, history: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.history_path = history

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        self.wait: int
        self.best: float | None
        for epoch, value in enumerate(read_history(self.history_path).get(self.monitor, [])):
            self.wait += 1
            if self.best is None or self._is_improvement(value, self.best):
                self.best, self.best_epoch, self.wait = value, epoch, 0


def callbacks_for(run: Path, batches: SeededBatches, monitor: str, mode: str, patience: int) -> list[Any]:
    """The callbacks of a training run in the folder `run`.

    Each epoch: a checkpoint that a killed run resumes from, the best weights so far, a CSV row, TensorBoard.

    Args:
        run: the run's folder.
        batches: the training batches, told each epoch's number.
        monitor: the logged value that decides which epoch is best. mode: "min" or "max".
        patience: epochs without improvement before stopping.
    """
    seen = read_history(run / HISTORY).get(monitor, [])
    best = (min(seen) if mode == "min" else max(seen)) if seen else None
    return [
        EpochSeed(batches),
        keras.callbacks.ModelCheckpoint(
            run / BEST_WEIGHTS,
            monitor=monitor,
            mode=mode,
            save_best_only=True,
            save_weights_only=True,
            initial_value_threshold=best,
        ),
        ResumableEarlyStopping(run / HISTORY, monitor=monitor, mode=mode, patience=patience),
        keras.callbacks.CSVLogger(str(run / HISTORY), append=True),
        keras.callbacks.TensorBoard(str(run / "tensorboard"), write_graph=False),
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.BackupAndRestore(str(run / "backup"), delete_checkpoint=False),
    ]
