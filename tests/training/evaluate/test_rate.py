from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from core.models.classifier import Network
from core.models.manifest import load_manifest
from core.settings import ROOT
from training.data.rated import load_scut
from training.evaluate.rate import keras_ratings, predict_ratings
from training.export.litert import KerasRuntime
from training.models import sexyness_cnn


@pytest.mark.parametrize("mirrored", [False, True])
def test_batches_and_single_faces_give_the_same_ratings(
    data: Path, mirrored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sexyness_cnn, "SPEC", replace(sexyness_cnn.SPEC, mirrored=mirrored))
    keras.utils.set_random_seed(2)
    model = sexyness_cnn.build()
    card = load_manifest(ROOT / "weights").network("sexyness_cnn", "classifier")
    card = card.model_copy(update={"mirrored": mirrored})
    faces = load_scut(data, "train")
    one_by_one = predict_ratings(Network(KerasRuntime(model), card), faces)
    assert len(set(one_by_one.round(5))) > 1
    assert keras_ratings(model, faces) == pytest.approx(one_by_one, abs=1e-4)
    assert np.all((one_by_one > 1) & (one_by_one < 5))
