from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from tests.training.conftest import write_rows
from training.data.panel_batches import PanelBatches
from training.data.parity_batches import GROUPS, ParityBatches, load_adults
from training.data.rated import PANELS, load_rated
from training.errors import NothingToLearnError


def test_adults_of_every_group_are_found(data: Path) -> None:
    adults = load_adults(data, "train", data / "aged.csv")
    assert tuple(adults) == GROUPS
    for (gender, race), faces in adults.items():
        assert [(face.label.gender, face.label.race) for face in faces] == [(gender, race)]


@pytest.mark.parametrize("changed", [{"low": "10", "high": "19"}, {"part": "test"}, {"set": "utkface"}])
def test_a_group_without_adults_is_named(data: Path, tmp_path: Path, changed: dict[str, str]) -> None:
    rows = list(csv.DictReader((data / "aged.csv").open()))
    rows = [row | changed if (row["gender"], row["race"]) == ("male", "Indian") else row for row in rows]
    write_rows(tmp_path / "aged.csv", rows)
    with pytest.raises(NothingToLearnError, match="there are none of male Indian"):
        load_adults(data, "train", tmp_path / "aged.csv")


def test_each_batch_ends_with_an_unrated_face_of_every_group(data: Path) -> None:
    faces = load_rated(data, "train", ("scut_fbp5500", "mebeauty"))
    adults = load_adults(data, "train", data / "aged.csv")
    batches = ParityBatches(faces, adults, tuple(PANELS), 48, "caffe", 4, seed=1)
    rated = PanelBatches(faces, tuple(PANELS), 48, "caffe", 4, seed=1, augment=True)
    assert len(batches) == len(rated)
    (pixels, targets), (theirs, scores) = batches[1], rated[1]
    assert np.array_equal(pixels[:4], theirs)
    assert np.array_equal(targets[:4, :3], scores, equal_nan=True)
    assert np.isnan(targets[:4, 3]).all()
    assert pixels.shape[0] == 4 + len(GROUPS)
    assert np.isnan(targets[4:, :3]).all()
    assert targets[4:, 3].tolist() == list(range(len(GROUPS)))
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(batches[1], batches[1], strict=True))
    again = batches[1][0]
    batches.epoch = 1
    assert not np.array_equal(batches[1][0], again)
