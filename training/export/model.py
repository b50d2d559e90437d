"""Export a trained model to LiteRT, check it against Keras on real pictures, and enter it into the manifest.

    python -m training export facetracker --data DATA
    python -m training export sexyness_cnn --data DATA
    python -m training export ensemble --data DATA

Thresholds and calibration are chosen on validation pictures; the test split is only measured.
"""

from __future__ import annotations

import json
from pathlib import Path

from core.evaluation.history import HISTORY
from core.evaluation.results import write_results
from core.models.orientation import load_any_way_up
from core.models.runtime import LiteRTModel
from core.models.weights import MANIFEST, Card, EnsembleCard, Manifest, ModelCard, file_sha256, load_manifest
from core.outputs import write_file
from core.settings import Settings
from training.errors import TrainingError
from training.evaluate.film import DEMO_FILM
from training.export.agenet import age_litert, export_agenet
from training.export.classifier import export_classifier, export_ensemble
from training.export.detector import export_detector
from training.export.facegrid import SIZES, at_size, export_facegrid, grid_litert
from training.export.landmarks import export_landmarks
from training.export.litert import to_litert
from training.export.model_card import model_card
from training.fit.callbacks import BEST_WEIGHTS
from training.fit.tasks import RECIPES
from training.models import agenet
from training.models.cards import CARDS, ENSEMBLE, ENSEMBLE_CARD, MEMBERS, TRAINED_AS
from training.options import AGES
from training.scores import Scores, rounded
from training.train import trained_model

THREADS = 2


def trained(runs: Path) -> list[str]:
    """The models whose best weights lie in a folder of runs, in the order of their cards."""
    return [name for name in CARDS if (runs / TRAINED_AS.get(name, name) / BEST_WEIGHTS).is_file()]


def write_report(folder: Path, report: Scores, history: Path | None) -> None:
    """evaluation.json, predictions.csv (a classifier's) and the training log, for the metrics page."""
    folder.mkdir(parents=True, exist_ok=True)
    predictions = report.pop("predictions", None)
    write_file(folder / "evaluation.json", json.dumps(rounded(report), indent=1) + "\n")
    if predictions:
        write_results(folder / "predictions.csv", predictions)
    if history is not None and history.is_file():
        write_file(folder / HISTORY, history.read_bytes())


def enter(weights: Path, card: Card) -> None:
    """Put a card into the manifest, in the order of CARDS with the ensemble last."""
    models = load_manifest(weights).models if (weights / MANIFEST).is_file() else []
    order = {name: number for number, name in enumerate([*CARDS, ENSEMBLE])}
    models = sorted([*(model for model in models if model.name != card.name), card], key=lambda c: order[c.name])
    write_file(weights / MANIFEST, Manifest(models=models).model_dump_json(indent=1) + "\n")


def export(name: str, data: Path, runs: Path, weights: Path, ages: Path = AGES, film: Path = DEMO_FILM) -> Scores:
    """Convert, check, measure, and write everything that ships; returns the report.

    ages: the table of aged faces, for a guard. film: over whose frames the spread of its estimate is told.

    Raises:
        TrainingError: the model was not trained, or the exported one differs from it. DataError: data is missing.
    """
    if name == ENSEMBLE:
        return finish_ensemble(data, weights)
    source = TRAINED_AS.get(name, name)
    model = trained_model(source, runs / source)
    weights.mkdir(parents=True, exist_ok=True)
    path, aside = weights / f"{name}.tflite", weights / f"{name}.tflite.new"
    if name in SIZES:
        model = at_size(model, name)
        aside.write_bytes(grid_litert(model, data))
    elif name == "agenet":
        model = agenet.logits(model)
        aside.write_bytes(age_litert(model, data, ages))
    else:
        aside.write_bytes(to_litert(model))
    height, width = model.input_shape[1:3]
    card = ModelCard(
        **CARDS[name],
        name=name,
        kind=RECIPES[source].kind,
        file=path.name,
        sha256=file_sha256(aside),
        side=width,
        height=None if height == width else height,
        threshold=0.5,
        parameters=model.count_params(),
        scores={},
    )
    runtime = LiteRTModel(aside, THREADS)
    finished: Card
    try:
        if name in SIZES:
            finished, report = export_facegrid(model, runtime, card, data, weights)
        elif name == "landmarks":
            finished, report = export_landmarks(model, runtime, card, data, runs)
        elif name == "agenet":
            settings = Settings(weights_dir=weights)
            detector = load_any_way_up(settings.detector, settings)
            finished, report = export_agenet(model, runtime, card, data, ages, detector, film)
        elif card.kind == "detector":
            finished, report = export_detector(model, runtime, card, data)
        else:
            finished, report = export_classifier(model, runtime, card, data, weights)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return finish(finished, report, weights, runs / source / HISTORY)


def finish_ensemble(data: Path, weights: Path) -> Scores:
    """The ensemble's entry and report, from the members as they ship.

    Raises:
        TrainingError: a member was not exported yet.
    """
    models = {card.name: card for card in load_manifest(weights).models}
    missing = [name for name in MEMBERS if name not in models]
    if missing:
        raise TrainingError(
            f"expected the ensemble's members in {weights}; missing: {', '.join(missing)}. Export them."
        )
    card = EnsembleCard(
        **ENSEMBLE_CARD,
        name=ENSEMBLE,
        kind="classifier",
        members=list(MEMBERS),
        threshold=0.5,
        parameters=sum(models[name].parameters for name in MEMBERS),
        scores={},
    )
    finished, report = export_ensemble(card, data, weights)
    return finish(finished, report, weights, None)


def finish(card: Card, report: Scores, weights: Path, history: Path | None) -> Scores:
    """Enter the card, write the report, and return it without the predictions."""
    enter(weights, card)
    folder = weights / "reports" / card.name
    write_report(folder, dict(report), history)
    write_file(folder / "README.md", model_card(card, rounded(report)))
    return {key: value for key, value in report.items() if key != "predictions"}
