"""Export of AgeNet: its model file, and the guard's threshold, scores and report."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import keras
import numpy as np

from core.images.crop import Image
from core.models.age_guard import AgeEstimator, AgeGuard, AgeNet, load_ages
from core.models.ages import wide_window
from core.models.litert import LiteRTModel
from core.models.manifest import Card, EnsembleCard, ModelCard, load_manifest
from core.models.orientation import load_any_way_up
from core.models.preprocess import PREPROCESSING
from core.settings import ADULT as OF_AGE
from core.settings_reader import load_settings
from training.data.age_batches import looked_at
from training.data.aged import AgedFace, load_aged
from training.data.pictures import load_rgb
from training.data.wear import KIND_SIDE, KINDS, Wear, wear
from training.evaluate.film import film_scores
from training.evaluate.guard import (
    ADULT,
    GROWN_UP,
    MARGIN,
    Readings,
    by_set,
    by_turn,
    labelled_ages,
    read_ages,
    safe_threshold,
    share_refused,
    turn_angles,
)
from training.export.litert import KerasRuntime, require, sample, to_litert
from training.export.paths import ExportPaths
from training.models.spec import ModelSpec
from training.scores import Scores, rounded

MAX_YEARS_DIFFERENCE = 1.0
"""Maximum mean difference between the file's ages and the Keras model's, years; above it export fails."""

CALIBRATION = 400
"""Number of faces that calibrate the range of each layer's output."""

SOME = 300
"""Number of faces on which the file is compared with the Keras model."""

YOUNGEST = 0.01
"""Share of passed faces with an apparent age below `youngest_passed`."""


def age_litert(model: keras.Model, spec: ModelSpec, paths: ExportPaths) -> bytes:
    """Convert AgeNet to a full int8 `.tflite`, calibrated on training faces.

    Raises:
        DataError: the table is missing or has no training faces.
    """
    faces = load_aged(paths.data, "train", paths.ages)
    side = model.input_shape[1]
    crops = [looked_at(load_rgb(face.path), face.box, side, edges=False) for face in sample(faces, CALIBRATION)]
    return to_litert(model, [PREPROCESSING[spec.preprocessing](cut) for cut in crops])


def wear_transform(how: Wear) -> Callable[[AgedFace, Image], Image]:
    """Return a function that degrades a face's whole picture, as strongly as its crop would be at KIND_SIDE."""

    def view(face: AgedFace, image: Image) -> Image:
        rng = np.random.default_rng(zlib.crc32(face.path.name.encode()))
        scale = wide_window(face.box).w / KIND_SIDE
        return wear(rng, image, how.scaled(scale))

    return view


EXACT, EVERY_KIND = "exact", "every kind"
"""Names in the report for all sets together, and for all kinds of picture."""


def chosen_threshold(readings: dict[str, Readings], faces: Sequence[AgedFace]) -> tuple[float, Scores]:
    """Choose the lowest of the safe thresholds of each kind of picture and of each set.

    Not of each kind within each set: a set has some twenty faces of 16 and 17, and one or two would decide alone.

    Args:
        readings: of the same faces, by kind of picture.
        faces: with labelled years.

    Returns:
        The threshold, and by set, then kind, the threshold that these pictures need and the results of the chosen one.
    """
    true = labelled_ages(faces)
    sources = np.array([face.label.source for face in faces])
    parts = {(EXACT, kind): (of_kind.minor, true) for kind, of_kind in readings.items()}
    for name in sorted(set(sources)):
        chosen = sources == name
        minors = np.concatenate([of_kind.minor[chosen] for of_kind in readings.values()])
        parts[str(name), EVERY_KIND] = minors, np.tile(true[chosen], len(readings))
    own = {part: safe_threshold(*values) for part, values in parts.items()}
    threshold = min(own.values())
    report: Scores = {}
    for (name, kind), (minors, ages) in parts.items():
        refused = minors > threshold
        report.setdefault(name, {})[kind] = {
            "own_threshold": own[name, kind],
            "below_16": share_refused(refused[ages < 16])["refused"],
            "16_and_17": share_refused(refused[(ages >= 16) & (ages < 18)])["refused"],
            "25_to_29": share_refused(refused[(ages >= ADULT) & (ages < GROWN_UP)])["refused"],
            "30_and_over": share_refused(refused[ages >= GROWN_UP])["refused"],
        }
    return threshold, report


def compare_decisions(readings: Readings, faces: Sequence[AgedFace]) -> Scores:
    """Compare the adults refused by probability of being under 18 and by expected age, with as many minors refused."""
    true = labelled_ages(faces)
    adults = (true >= ADULT) & (true < GROWN_UP)
    shares: Scores = {}
    for name, score in {"probability": readings.minor, "expected_age": 1 / (1 + readings.age)}.items():
        refused = score > safe_threshold(score, true, MARGIN)
        shares[name] = {
            "25_to_29": share_refused(refused[adults])["refused"],
            "30_and_over": share_refused(refused[true >= GROWN_UP])["refused"],
        }
    return shares


def export_agenet(model: keras.Model, runtime: LiteRTModel, card: ModelCard, paths: ExportPaths) -> tuple[Card, Scores]:
    """Return a network's card, with the threshold it would have alone, and its report; see `measure_guard`.

    Raises:
        TrainingError: the file deviates from the network; see also `measure_guard`.
    """
    net, original = AgeNet(runtime, card), AgeNet(KerasRuntime(model), card)
    exact_aged = [face for face in load_aged(paths.data, "validation", paths.ages) if face.exact]
    settings = load_settings(weights_dir=paths.weights).rating
    landmarks = load_any_way_up(settings.detector, settings).landmarks
    difference = float(
        np.abs(
            read_ages(net, exact_aged[:SOME], landmarks).age - read_ages(original, exact_aged[:SOME], landmarks).age
        ).mean()
    )
    require(
        difference <= MAX_YEARS_DIFFERENCE,
        f"ages within {MAX_YEARS_DIFFERENCE} years of Keras's on average",
        difference,
    )
    finished, report = measure_guard(net, card, paths)
    return finished, report | {"years_from_keras": difference}


def export_guard(card: EnsembleCard, paths: ExportPaths) -> tuple[Card, Scores]:
    """Return the guard's card and report, measured on the exported networks; see `measure_guard`."""
    settings = load_settings(weights_dir=paths.weights).rating
    return measure_guard(load_ages(card, load_manifest(paths.weights), settings), card, paths)


def measure_guard(ages: AgeEstimator, card: Card, paths: ExportPaths) -> tuple[Card, Scores]:
    """Return the card with the guard's threshold, and the report.

    The threshold is chosen on the validation parts of the sets that label years, by the worst kind of picture or set;
    the test parts are used for measurement only.

    Args:
        ages: the network or ensemble.
        card: its card.
        paths: the weights folder holds the default detector, which finds the faces in the film, and the landmarks.

    Raises:
        TrainingError: there are no young faces to choose the threshold by.
        DataError: the film cannot be read, or shows no face for long enough.
    """
    exact_aged = [face for face in load_aged(paths.data, "validation", paths.ages) if face.exact]
    settings = load_settings(weights_dir=paths.weights).rating
    detector = load_any_way_up(settings.detector, settings)
    landmarks = detector.landmarks
    # First, as it fails soonest; the readings do not depend on the threshold, which is chosen below.
    steady = film_scores(detector, AgeGuard(ages, 1.0, OF_AGE, settings.min_face), paths.film)
    readings = {kind: read_ages(ages, exact_aged, landmarks, wear_transform(how)) for kind, how in KINDS.items()}
    threshold, validation = chosen_threshold(readings, exact_aged)
    plain = next(iter(readings.values()))
    passed = plain.age[plain.minor <= threshold]
    faces = load_aged(paths.data, "test", paths.ages)
    tested = read_ages(ages, faces, landmarks)
    test = by_set(tested, faces, threshold)
    scores = {key: test["exact"][key] for key in ("years_off", "minors_refused", "grown_ups_refused")}
    scores["youngest_passed"] = float(np.quantile(passed, YOUNGEST)) if len(passed) else 0.0
    card = card.model_copy(update={"threshold": threshold, "scores": rounded(scores)})
    report: Scores = {
        "test": test,
        "validation": validation,
        "decisions": compare_decisions(plain, exact_aged),
        "turns": by_turn(tested, faces, turn_angles(faces, landmarks), threshold),
        "film": steady,
    }
    return card, report
