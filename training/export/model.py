"""Exports a trained model to LiteRT, checks it against Keras on real pictures, and adds it to the manifest.

    python -m training export facetracker --data DATA
    python -m training export sexyness_cnn --data DATA
    python -m training export guard --data DATA
    python -m training export ensemble --data DATA

Thresholds and calibration are chosen on validation pictures; the test set is used for measurement only.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras

from core.evaluation.history import HISTORY
from core.evaluation.results import write_results
from core.models.age_guard import GUARD
from core.models.litert import LiteRTModel
from core.models.manifest import MANIFEST, Card, EnsembleCard, Kind, Manifest, ModelCard, file_sha256, load_manifest
from core.output.files import write_file
from training.errors import TrainingError
from training.export.agenet import age_litert, export_agenet, export_guard
from training.export.classifier import export_classifier, export_ensemble, panel_litert
from training.export.detector import export_detector
from training.export.facegrid import export_facegrid, grid_litert
from training.export.landmarks import export_landmarks
from training.export.litert import to_litert
from training.export.model_card import model_card
from training.export.paths import ExportPaths
from training.fit.callbacks import BEST_WEIGHTS
from training.models import ensemble, guard, registry
from training.models.ensemble import ENSEMBLE
from training.models.parts.card_texts import RESEARCH
from training.models.spec import Family, ModelSpec
from training.scores import Scores, rounded
from training.train import trained_model

THREADS = 2


def int8_weights(model: keras.Model, _spec: ModelSpec, _paths: ExportPaths) -> bytes:
    """Convert to a file with int8 weights that computes in float32, which needs no calibration."""
    return to_litert(model)


@dataclass(frozen=True, slots=True)
class Exporter:
    """How the models of a family are exported.

    measure: returns the finished card and the report, from a network, its file and the file's card. convert: returns
    the file's content.
    """

    measure: Callable[[keras.Model, LiteRTModel, ModelCard, ExportPaths], tuple[Card, Scores]]
    convert: Callable[[keras.Model, ModelSpec, ExportPaths], bytes] = int8_weights


EXPORTERS: dict[Family, Exporter] = {
    Family.TRACKER: Exporter(export_detector),
    Family.GRID: Exporter(export_facegrid, grid_litert),
    Family.AGES: Exporter(export_agenet, age_litert),
    Family.LANDMARKS: Exporter(export_landmarks),
    Family.RATING: Exporter(export_classifier),
    Family.PANELS: Exporter(export_classifier, panel_litert),
}


def trained_exports(runs: Path) -> list[str]:
    """Return what can be exported from the models with best weights in a runs folder, in the order of the manifest."""
    return [
        file.name for spec in registry.specs() if (runs / spec.name / BEST_WEIGHTS).is_file() for file in spec.exports
    ]


def write_report(folder: Path, report: Scores, history: Path | None) -> None:
    """Write evaluation.json, predictions.csv (for a classifier) and the training log, for the metrics page."""
    folder.mkdir(parents=True, exist_ok=True)
    predictions = report.pop("predictions", None)
    write_file(folder / "evaluation.json", json.dumps(rounded(report), indent=1) + "\n")
    if predictions:
        write_results(folder / "predictions.csv", predictions)
    if history is not None and history.is_file():
        write_file(folder / HISTORY, history.read_bytes())


def enter_card(weights: Path, card: Card) -> None:
    """Put a card into the manifest, in the registry's order with the means last, and then models that it lacks."""
    manifest = load_manifest(weights) if (weights / MANIFEST).is_file() else Manifest(models=[])
    order = {name: number for number, name in enumerate([*registry.exported_names(), GUARD, ENSEMBLE])}
    models = sorted(manifest.with_card(card).models, key=lambda c: order.get(c.name, len(order)))
    write_file(weights / MANIFEST, Manifest(models=models).model_dump_json(indent=1) + "\n")


def export(name: str, paths: ExportPaths) -> Scores:
    """Convert, check, evaluate, and write everything that ships; return the report.

    Raises:
        TrainingError: the model was not trained, or the exported one differs from it. DataError: data is missing.
    """
    if name == ENSEMBLE:
        return finish_ensemble(paths)
    if name == GUARD:
        return finish_guard(paths)
    spec, file = registry.export_of(name)
    exporter = EXPORTERS[spec.family]
    model = file.adapt(trained_model(spec.name, paths.runs / spec.name))
    paths.weights.mkdir(parents=True, exist_ok=True)
    path, aside = paths.weights / f"{name}.tflite", paths.weights / f"{name}.tflite.new"
    aside.write_bytes(exporter.convert(model, spec, paths))
    height, width = model.input_shape[1:3]
    card = ModelCard(
        name=name,
        kind=spec.kind,
        title=file.title,
        preprocessing=spec.preprocessing,
        mirrored=spec.mirrored,
        data=spec.data,
        command=spec.command(file),
        licence=spec.licence,
        file=path.name,
        sha256=file_sha256(aside),
        side=width,
        height=None if height == width else height,
        threshold=0.5,
        parameters=model.count_params(),
        scores={},
    )
    try:
        finished, report = exporter.measure(model, LiteRTModel(aside, THREADS), card, paths)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return finish_export(finished, report, paths.weights, paths.runs / spec.name / HISTORY)


def finish_ensemble(paths: ExportPaths) -> Scores:
    """Write the ensemble's card and report, from its shipped members.

    Raises:
        TrainingError: a member was not exported yet.
    """
    members = registry.members()
    card = mean_card(ENSEMBLE, "classifier", ensemble.title(len(members)), ensemble.COMMAND, members, paths.weights)
    return finish_export(*export_ensemble(card, paths), paths.weights, None)


def finish_guard(paths: ExportPaths) -> Scores:
    """Write the guard's card and report, from its shipped networks.

    Raises:
        TrainingError: a network was not exported yet. DataError: see `export_guard`.
    """
    networks = registry.guards()
    card = mean_card(GUARD, "guard", guard.title(len(networks)), guard.COMMAND, networks, paths.weights)
    return finish_export(*export_guard(card, paths), paths.weights, None)


def mean_card(name: str, kind: Kind, title: str, command: str, members: list[str], weights: Path) -> EnsembleCard:
    """Return the card of the mean of several shipped networks, before it is evaluated.

    Raises:
        TrainingError: a member was not exported yet.
    """
    models = {card.name: card for card in load_manifest(weights).models}
    missing = [member for member in members if member not in models]
    if missing:
        raise TrainingError(f"expected the members of {name} in {weights}; missing: {', '.join(missing)}. Export them.")
    return EnsembleCard(
        name=name,
        kind=kind,
        title=title,
        data=ensemble.data(len(members)),
        command=command,
        licence=RESEARCH,
        members=members,
        threshold=0.5,
        parameters=sum(models[member].parameters for member in members),
        scores={},
    )


def finish_export(card: Card, report: Scores, weights: Path, history: Path | None) -> Scores:
    """Put the card into the manifest, write the report, and return it without the predictions."""
    enter_card(weights, card)
    folder = weights / "reports" / card.name
    write_report(folder, dict(report), history)
    write_file(folder / "README.md", model_card(card, rounded(report)))
    return {key: value for key, value in report.items() if key != "predictions"}
