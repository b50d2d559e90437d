"""What ships of AgeNet beside its file: the guard's safe age, scores and report."""

from __future__ import annotations

import tempfile
from pathlib import Path

import keras
import numpy as np

from core.detect import load_detector
from core.guard import AgeNet
from core.runtime import LiteRTModel
from core.settings import Settings
from core.weights import ModelCard
from training.data.aged import AgedFace, fold_of, load_aged
from training.evaluate_guard import estimates, guard_scores, safe_age
from training.litert import KerasRuntime, require, to_litert
from training.models import agenet
from training.scores import Scores, rounded

GUARD_NAME = "guard"
"""Of the younger of both estimates, in the report's making."""

MOST_YEARS_APART = 1.0
"""Mean distance of the file's ages from the Keras model's, above which export refuses."""


SOME = 300
"""Faces on which the file and the Keras model are compared."""


def by_strangers(model: keras.Model, card: ModelCard, faces: list[AgedFace], threads: int) -> np.ndarray:
    """The apparent age of each training face, (n,), by the network that never learnt from it, as a file."""
    said = np.empty(len(faces))
    folds = np.array([fold_of(face, agenet.FOLDS) for face in faces])
    with tempfile.TemporaryDirectory() as folder:
        for fold in range(agenet.FOLDS):
            path = Path(folder) / f"{fold}.tflite"
            path.write_bytes(to_litert(agenet.network(model, fold)))
            mine = np.flatnonzero(folds == fold)
            said[mine] = estimates(AgeNet(LiteRTModel(path, threads), card), [faces[number] for number in mine])
    return said


def export_agenet(
    model: keras.Model, runtime: LiteRTModel, card: ModelCard, data: Path, weights: Path
) -> tuple[ModelCard, Scores]:
    """The card with the guard's safe age as its threshold, and the report: of the guard, and of each estimator alone.

    Safe ages are chosen on the training part of UTKFace, each face judged by the network that never learnt from it;
    the test part is only measured.

    Args:
        model: the networks, as trained.
        runtime: the file made from the one that ships.
        card: of that file.
        data, weights: the folders.

    Raises:
        TrainingError: the file differs from the Keras model, or there are no young faces to choose by.
    """
    settings = Settings(weights_dir=weights)
    detector = load_detector(settings.detector, settings)
    known, faces = (load_aged(data, part, detector) for part in ("train", "test"))
    net = AgeNet(runtime, card)
    some, kept = known[:SOME], AgeNet(KerasRuntime(agenet.network(model, agenet.SHIPPED)), card)
    apart = float(np.abs(estimates(net, some) - estimates(kept, some)).mean())
    require(apart <= MOST_YEARS_APART, f"ages within {MOST_YEARS_APART} years of Keras's on average", apart)
    true = np.array([face.age for face in known])
    chosen = {"agenet": by_strangers(model, card, known, settings.threads)}
    tested = {"agenet": estimates(net, faces)}
    chosen[GUARD_NAME], tested[GUARD_NAME] = (np.minimum(*said.values()) for said in (chosen, tested))
    report: Scores = {}
    for name, said in chosen.items():
        threshold = safe_age(said, true)
        report[name] = {"safe_age": threshold} | guard_scores(tested[name], faces, threshold)
    test: Scores = report.pop(GUARD_NAME)
    scores = {key: test[key] for key in ("years_off", "minors_refused", "grown_ups_refused")}
    card = card.model_copy(update={"threshold": test["safe_age"], "scores": rounded(scores)})
    return card, {"test": test, "alone": report, "years_from_keras": apart}
