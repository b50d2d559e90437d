"""Trainings that cannot go on, or begin, end with a sentence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.evaluation.history import HISTORY
from tests.training.test_train import SMALL, options
from training.__main__ import main
from training.fit.callbacks import BEST_WEIGHTS
from training.train import train

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def begun(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs in which a classifier has learnt for an epoch."""
    runs = tmp_path_factory.mktemp("begun")
    train("sexyness_cnn", options(data, epochs=1), runs, "float32")
    return runs


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("epoch-0001.weights.h5", lambda raw: raw[: len(raw) // 2]),
        ("epoch-0001.weights.h5", lambda raw: raw[:0]),
        ("epoch-0001.weights.h5", lambda raw: raw[:-5000] + bytes(4000) + raw[-1000:]),
        (HISTORY, lambda raw: raw[: len(raw) - 20]),
        (HISTORY, lambda raw: raw[:0]),
        (HISTORY, lambda raw: bytes(len(raw))),
        (HISTORY, lambda raw: raw.replace(b"val_pearson", b"val_nothing")),
    ],
)
def test_a_damaged_run_is_reported_and_left_as_it_is(
    begun: Path,
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    change: Callable[[bytes], bytes],
) -> None:
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "sexyness_cnn" / name
    path.write_bytes(change(path.read_bytes()))
    before = path.read_bytes()
    call = ["train", "sexyness_cnn", "--data", str(data), "--runs", str(tmp_path), *SMALL]
    assert main([*call, "--epochs", "2"]) == 2
    message = capsys.readouterr().err.splitlines()[-1]
    assert message.startswith("python -m training: expected")
    assert str(path) in message
    assert "to begin anew" in message
    assert path.read_bytes() == before


def test_damaged_weights_are_not_exported(
    begun: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(begun, tmp_path / "runs")
    path = tmp_path / "runs" / "sexyness_cnn" / BEST_WEIGHTS
    path.write_bytes(path.read_bytes()[:-3000])
    folders = ["--data", str(data), "--runs", str(tmp_path / "runs"), "--weights", str(tmp_path / "weights")]
    assert main(["export", "sexyness_cnn", *folders]) == 2
    assert f"{path}; it is damaged" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--epochs", "0", "--epochs of 1 or more; received 0."),
        ("--epochs", "-3", "--epochs of 1 or more; received -3."),
        ("--batch-size", "0", "--batch-size of 1 or more; received 0."),
        ("--samples", "0", "--samples of 1 or more; received 0."),
        ("--patience", "0", "--patience of 1 or more; received 0."),
        ("--learning-rate", "0", "--learning-rate of more than 0; received 0."),
        ("--learning-rate", "nan", "--learning-rate of more than 0; received nan."),
        ("--learning-rate", "inf", "--learning-rate of more than 0; received inf."),
        ("--seed", "-1", "--seed of 0 to 4294967295; received -1."),
        ("--seed", str(2**32), "--seed of 0 to 4294967295"),
    ],
)
@pytest.mark.parametrize("verb", [["train", "sexyness_cnn"], ["folds", "--models", "sexyness_cnn"]])
def test_numbers_that_cannot_be_get_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: list[str], option: str, value: str, says: str
) -> None:
    if verb[0] == "folds" and option == "--samples":
        pytest.skip("folds trains classifiers, which see every face")
    assert main([*verb, "--data", str(tmp_path), "--runs", str(tmp_path / "runs"), option, value]) == 2
    stderr = capsys.readouterr().err
    assert stderr.startswith(f"python -m training: expected {says}")
    assert len(stderr.splitlines()) == 1
    assert not (tmp_path / "runs").exists()


def test_a_place_where_no_run_can_be_is_reported(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["train", "sexyness_cnn", "--data", str(data), "--runs", str(tmp_path / "file"), *SMALL]) == 2
    assert "cannot be made" in capsys.readouterr().err


def test_what_the_system_refuses_is_reported_without_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "a.csv"))

    monkeypatch.setattr("training.prepare.teach.teach", full)
    assert main(["teach", "--out", str(tmp_path / "a.csv")]) == 2
    assert "No space left on device" in capsys.readouterr().err
