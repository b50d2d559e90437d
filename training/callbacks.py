"""What `fit` does between epochs: log, checkpoint, resume after a kill, stop early."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras

from training.data.batches import SeededBatches
from training.history import HISTORY, read_history

BEST_WEIGHTS = "best.weights.h5"


class EpochSeed(keras.callbacks.Callback):
    """Tells the batches which epoch it is, so that their randomness follows from it, resumed or not."""

    def __init__(self, batches: SeededBatches) -> None:
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.batches.epoch = epoch


class ResumableEarlyStopping(keras.callbacks.EarlyStopping):
    """Early stopping that takes up its count from the CSV log when a run is resumed."""

    def __init__(self, history: Path, monitor: str, mode: str, patience: int) -> None:
        super().__init__(monitor=monitor, mode=mode, patience=patience)
        self.history_path = history
        self.sign = 1 if mode == "max" else -1

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        self.wait: int
        self.best: float | None
        for epoch, value in enumerate(read_history(self.history_path).get(self.monitor, [])):
            self.wait += 1
            if self.best is None or self.sign * value > self.sign * self.best:
                self.best, self.best_epoch, self.wait = value, epoch, 0


class Checkpoint(keras.callbacks.Callback):
    """Keeps the last epoch, for a killed run to resume from, and the best one, for export.

    Files are written aside and then renamed, so that a kill at any moment leaves whole ones. (Keras's own
    BackupAndRestore writes in place: killed while it wrote, a run could not be resumed.)
    """

    def __init__(self, run: Path, monitor: str, mode: str) -> None:
        super().__init__()
        self.run = run
        self.monitor = monitor
        self.sign = 1 if mode == "max" else -1
        self.best = max((self.sign * value for value in read_history(run / HISTORY).get(monitor, [])), default=None)

    def last(self) -> tuple[int, Path] | None:
        """(epochs done, file) of the last checkpoint, None when there is none."""
        found = [(int(path.name.split(".")[0].split("-")[1]), path) for path in self.run.glob("epoch-*.weights.h5")]
        return max(found, default=None)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        last = self.last()
        if last is not None:
            self.model.optimizer.build(self.model.trainable_variables)
            self.model.load_weights(last[1])

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        aside = self.run / "aside.weights.h5"
        value = self.sign * float((logs or {})[self.monitor])
        if self.best is None or value > self.best:
            self.best = value
            self.model.save_weights(aside)
            aside.replace(self.run / BEST_WEIGHTS)
        before = self.last()
        self.model.save_weights(aside)
        aside.replace(self.run / f"epoch-{epoch + 1:04}.weights.h5")
        if before is not None:
            before[1].unlink()


def callbacks_for(run: Path, batches: SeededBatches, monitor: str, mode: str, patience: int) -> list[Any]:
    """The callbacks of a training run in the folder `run`.

    Each epoch: a checkpoint that a killed run resumes from, the best weights so far, a CSV row, TensorBoard.

    Args:
        run: the run's folder.
        batches: the training batches, told each epoch's number.
        monitor: the logged value that decides which epoch is best. mode: "min" or "max".
        patience: epochs without improvement before stopping.
    """
    return [
        EpochSeed(batches),
        Checkpoint(run, monitor, mode),
        ResumableEarlyStopping(run / HISTORY, monitor, mode, patience),
        keras.callbacks.CSVLogger(str(run / HISTORY), append=True),
        keras.callbacks.TensorBoard(str(run / "tensorboard"), write_graph=False),
        keras.callbacks.TerminateOnNaN(),
    ]
