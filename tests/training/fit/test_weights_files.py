from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from training.data.npz import read_npz
from training.errors import TrainingError
from training.fit.weights_files import SEAL_LENGTH, is_whole, load_weights, save_weights


def network(units: int = 40) -> keras.Model:
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(units), keras.layers.Dense(1)], name="small")
    model.compile(keras.optimizers.AdamW(1e-3), loss="mse")
    model.optimizer.build(model.trainable_variables)
    return model


@pytest.fixture
def saved(tmp_path: Path) -> tuple[keras.Model, Path]:
    model = network()
    model.fit(np.ones((4, 8)), np.ones((4, 1)), verbose=0)
    save_weights(model, tmp_path / "a.weights.h5")
    return model, tmp_path / "a.weights.h5"


def test_what_was_saved_is_loaded_to_the_last_bit(saved: tuple[keras.Model, Path]) -> None:
    model, path = saved
    copy = network()
    load_weights(copy, path, "")
    for value, copied in zip([*model.weights, *model.optimizer.variables], [*copy.weights, *copy.optimizer.variables],
                        strict=True):  # fmt: skip
        np.testing.assert_array_equal(value, copied)
    assert [file.name for file in path.parent.iterdir()] == [path.name], "nothing is left aside"
    keras.Sequential([keras.Input((8,)), keras.layers.Dense(40), keras.layers.Dense(1)]).load_weights(path)


Damage = Callable[[bytes], bytes]

DAMAGE: dict[str, Damage] = {
    "empty": lambda raw: raw[:0],
    "half": lambda raw: raw[: len(raw) // 2],
    "text": lambda raw: raw[:0] + b"no weights",
    "zeros at the end": lambda raw: raw[: len(raw) // 2] + bytes(len(raw) - len(raw) // 2),
    "zeros at the beginning": lambda raw: bytes(4096) + raw[4096:],
    "all zeros": lambda raw: bytes(len(raw)),
    "one bit": lambda raw: raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 1]) + raw[len(raw) // 2 + 1 :],
    "another seal": lambda raw: raw[:-1] + (b"0" if raw[-1:] != b"0" else b"1"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_gets_a_sentence(saved: tuple[keras.Model, Path], kind: str) -> None:
    model, path = saved
    path.write_bytes(DAMAGE[kind](path.read_bytes()))
    with pytest.raises(
        TrainingError, match=r"weights of small in .*a\.weights\.h5; it is damaged.*Do this\."
    ) as caught:
        load_weights(model, path, "Do this.")
    assert "\n" not in str(caught.value)


def test_every_bit_counts(saved: tuple[keras.Model, Path]) -> None:
    _, path = saved
    raw = path.read_bytes()
    for place in np.linspace(0, len(raw) - SEAL_LENGTH - 1, 50).astype(int):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 16]) + raw[place + 1 :])
        assert not is_whole(path)
    path.write_bytes(raw)
    assert is_whole(path)


def test_a_file_without_a_seal_is_loaded(saved: tuple[keras.Model, Path]) -> None:
    """As runs before there was a seal wrote it."""
    model, path = saved
    path.write_bytes(path.read_bytes()[:-SEAL_LENGTH])
    load_weights(model, path, "")


def test_another_networks_weights_are_refused(saved: tuple[keras.Model, Path]) -> None:
    with pytest.raises(TrainingError, match="another network's"):
        load_weights(network(7), saved[1], "")


def test_a_disk_that_is_full_is_reported_and_costs_nothing(
    saved: tuple[keras.Model, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, path = saved
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(model, "save_weights", full)
    with pytest.raises(TrainingError, match=r"cannot write the weights .*a\.weights\.h5 .*No space left"):
        save_weights(model, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"PK\3\4 nothing", b"\x93NUMPY\1\0", b"text"])
def test_a_damaged_npz_gets_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"a\.npz; it is damaged .* Do this\."):
        read_npz(path, "Do this.")
    np.savez(path, one=np.arange(3000.0))
    undamaged = path.read_bytes()
    path.write_bytes(undamaged[: len(undamaged) // 2])
    with pytest.raises(TrainingError, match=r"a\.npz; it is damaged"):
        read_npz(path, "")
    path.write_bytes(undamaged)
    assert read_npz(path, "")["one"].tolist() == list(range(3000))
    np.save(tmp_path / "b.npy", np.zeros(3))
    with pytest.raises(TrainingError, match=r"b\.npy; it is damaged"):
        read_npz(tmp_path / "b.npy", "")
