"""A tiny network with dropout, killed between two epochs or in the middle of what is written after one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from core.evaluation.history import HISTORY, read_history
from training.data.batches import SeededBatches
from training.errors import TrainingError
from training.fit.callbacks import (
    BEST_WEIGHTS,
    Checkpoint,
    EpochSeed,
    ResumableEarlyStopping,
    callbacks_for,
    check_resumable,
    epochs_done,
    last_checkpoint,
    log_column,
)

EPOCHS = 5


class Noise(SeededBatches):
    """Numbers and their sum."""

    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        inputs = np.stack([rng.normal(size=8) for _, rng in draws])
        return inputs, inputs.sum(axis=1, keepdims=True)


class StopsError(Exception):
    """Ends a run as a kill would."""


def fit(run: Path) -> keras.Model:
    """Train in a folder from where it stopped."""
    run.mkdir(exist_ok=True)
    keras.utils.set_random_seed(5)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
    model.compile(keras.optimizers.AdamW(1e-2), loss="mse")
    batches, validation = Noise(16, 4, 5), Noise(8, 8, 6)
    model.fit(
        batches,
        validation_data=validation,
        epochs=EPOCHS,
        initial_epoch=epochs_done(run),
        callbacks=callbacks_for(run, batches, "val_loss", "min", EPOCHS),
        shuffle=False,
        verbose=0,
    )
    return model


def assert_same(ours: keras.Model, theirs: keras.Model) -> None:
    """Every weight is the same to the last bit."""
    for weight, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, other)


@pytest.mark.long
@pytest.mark.parametrize(
    ("callback", "method", "done"),
    [
        pytest.param(EpochSeed, "on_epoch_begin", 2, id="between two epochs"),
        pytest.param(Checkpoint, "on_epoch_end", 2, id="before the checkpoint"),
        pytest.param(ResumableEarlyStopping, "on_epoch_end", 3, id="after the checkpoint"),
    ],
)
def test_a_killed_run_ends_like_a_whole_one(
    callback: type, method: str, done: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uninterrupted = fit(tmp_path / "whole")
    before = getattr(callback, method)

    def stop(self: Any, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if epoch == 2:
            raise StopsError
        before(self, epoch, logs)

    with monkeypatch.context() as patch:
        patch.setattr(callback, method, stop)
        with pytest.raises(StopsError):
            fit(tmp_path / "parts")
    assert epochs_done(tmp_path / "parts") == done
    parts = fit(tmp_path / "parts")
    history = read_history(tmp_path / "whole" / HISTORY)
    assert len(history["loss"]) == EPOCHS
    assert read_history(tmp_path / "parts" / HISTORY) == history
    assert_same(parts, uninterrupted)
    parts.load_weights(tmp_path / "parts" / BEST_WEIGHTS)
    uninterrupted.load_weights(tmp_path / "whole" / BEST_WEIGHTS)
    assert_same(parts, uninterrupted)


def test_the_last_checkpoint_is_the_one_with_most_epochs(tmp_path: Path) -> None:
    assert last_checkpoint(tmp_path) is None
    assert epochs_done(tmp_path) == 0
    for epoch in (9, 10):
        (tmp_path / f"epoch-{epoch:04}.weights.h5").touch()
    assert last_checkpoint(tmp_path) == (10, tmp_path / "epoch-0010.weights.h5")


def test_other_files_are_no_checkpoints(tmp_path: Path) -> None:
    for name in ("epoch-last.weights.h5", "epoch-0007.weights.h5.bak", "epoch-.weights.h5"):
        (tmp_path / name).touch()
    assert last_checkpoint(tmp_path) is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", r"expected 3 epochs with val_loss in .*history\.csv.*received 0 with nothing"),
        ("epoch,val_loss\n0,3\n", "received 1 with epoch, val_loss"),
        ("epoch,val_loss\n0,3\n2,3\n3,1\n", "expected 3 epochs"),
        ("epoch,loss\n0,3\n1,2\n2,1\n", "expected 3 epochs with val_loss.*epoch, loss"),
        ("epoch,val_loss\n0,3\n1,2\n2\n", "only numbers"),
        ("epoch,val_loss\n0,3\n1,2\n2,0.1", "the last one breaks off"),
        ("epoch,val_loss\n0,3\n1,22,1\n2,4\n", "only numbers.*longer than the header"),
        ("epoch,val_loss\n0,3\n1,2\n\0\0\0\0", "only numbers"),
        ("epoch,val_loss\n0,3\n1,low\n2,1\n", "only numbers"),
        ("val_loss\n3\n", "only numbers"),
        ("\udcff\udcfe", "only numbers"),
    ],
)
def test_a_log_that_does_not_tell_of_every_epoch_is_not_gone_on_with(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "epoch-0003.weights.h5").touch()
    (tmp_path / HISTORY).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(TrainingError, match=rf"{says}.*Put back a whole log, or remove .* to begin anew"):
        check_resumable(tmp_path, "val_loss")


def test_a_log_that_tells_of_every_epoch_will_do(tmp_path: Path) -> None:
    check_resumable(tmp_path, "val_loss")
    (tmp_path / HISTORY).write_text("epoch,val_loss\n0,3\n1,nan\n1,2\n2,1\n3,0\n")
    check_resumable(tmp_path, "val_pearson")
    (tmp_path / "epoch-0003.weights.h5").touch()
    check_resumable(tmp_path, "val_loss")


def test_an_epoch_logged_beyond_the_checkpoint_does_not_count(tmp_path: Path) -> None:
    (tmp_path / HISTORY).write_text("epoch,val_loss\n0,3\n1,2\n2,1\n")
    (tmp_path / "epoch-0002.weights.h5").touch()
    assert log_column(tmp_path, "val_loss") == [3, 2]
    assert Checkpoint(tmp_path, "val_loss", "min").best == -2
    assert log_column(tmp_path, "val_pearson") == []


def test_early_stopping_counts_epochs_of_the_run_before(tmp_path: Path) -> None:
    (tmp_path / HISTORY).write_text("epoch,val_loss\n0,3\n1,1\n2,2\n3,2\n")
    (tmp_path / "epoch-0004.weights.h5").touch()
    callback = ResumableEarlyStopping(tmp_path, "val_loss", "min", patience=3)

    class Model:
        stop_training = False

    callback.set_model(Model())
    callback.on_train_begin()
    assert (callback.best, callback.wait) == (1, 2)
    callback.on_epoch_end(4, {"val_loss": 2.0})
    assert callback.model.stop_training
