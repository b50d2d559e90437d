"""Made-up results and report folders in the shape of the real ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from core.evaluation.results import Row, write_results
from core.models.manifest import EnsembleCard, Manifest, ModelCard

THRESHOLD = 3.0
BELOW, ABOVE = "plain_", "50% & up"


def label_of(rating: float) -> str:
    return ABOVE if rating > THRESHOLD else BELOW


def rows(count: int = 80, noise: float = 0.4, seed: int = 5) -> list[Row]:
    """Faces whose ratings are their scores and some noise, half of them in either class."""
    rng = np.random.default_rng(seed)
    scores = np.linspace(1.3, 4.7, count)
    ratings = np.clip(scores + rng.normal(0, noise, count), 1, 5)
    return [
        Row(
            file=f"{index}.png",
            group="AF" if index % 3 else "CM",
            source="lab" if index % 2 else "web",
            score=score,
            label=label_of(score),
            rating=rating,
            predicted=label_of(rating),
            probability=float(1 / (1 + np.exp(-3 * abs(rating - THRESHOLD)))),
        )
        for index, (score, rating) in enumerate(zip(scores.tolist(), ratings.tolist(), strict=True))
    ]


def fairface() -> dict[str, Any]:
    """Two races, two genders; the means lie 0.5 apart."""
    group_means = {"Black Female": 3.2, "Black Male": 2.8, "Latino_Hispanic Female": 3.0, "Latino_Hispanic Male": 2.7}
    race_means = {"Black": 3.0, "Latino_Hispanic": 2.85}
    gender_means = {"Female": 3.1, "Male": 2.75}
    return {
        "by_group": {name: {"pictures": 110, "mean": mean, "share_above": 0.4} for name, mean in group_means.items()},
        "by_race": {name: {"pictures": 220, "mean": mean, "share_above": 0.4} for name, mean in race_means.items()},
        "by_gender": {name: {"pictures": 220, "mean": mean, "share_above": 0.4} for name, mean in gender_means.items()},
        "spread": 0.5,
        "highest": "Black Female",
        "lowest": "Latino_Hispanic Male",
    }


def classifier_test() -> dict[str, Any]:
    """The part `test` of a classifier's evaluation.json."""
    return {
        "pictures": 80,
        "source_alone": 0.75,
        "by_source": {
            "lab": {"pictures": 40, "pearson": 0.8, "accuracy": 0.9},
            "web": {"pictures": 40, "pearson": 0.7, "accuracy": 0.8},
        },
        "by_group": {"AF": {"pictures": 80, "pearson": 0.8, "accuracy": 0.85}},
    }


def detector_test() -> dict[str, Any]:
    """The part `test` of a detector's evaluation.json."""
    return {"mean_iou": 0.8, "by_set": {"fddb": {"pictures": 50, "mean_iou": 0.8, "iou_50": 0.96}}}


def guard_test(exact: bool = True) -> dict[str, Any]:
    """A set in the part `test` of a guard's evaluation.json; exact: whether it labels years."""

    def people(shares: dict[str, float]) -> dict[str, Any]:
        return {name: {"pictures": 100, "refused": share} for name, share in shares.items()}

    groups = {"Black female": 0.2, "Black male": 0.1, "Asian female": 0.3, "Asian male": 0.2}
    return {
        "threshold": 0.06,
        "pictures": 300,
        "years_off": 4.5 if exact else 0.0,
        "by_age": people({"0-12": 0.99, "18-20" if exact else "10-19": 0.7, "30-39": 0.1}),
        "by_need": people({"below 16": 0.98, "30 and over": 0.04})
        if exact
        else {"below 16": {"pictures": 0, "refused": 0.0}},
        "errors": {
            "0-12": {"pictures": 100, "years_off": 3.0, "bias": 2.0},
            "30-39": {"pictures": 100, "years_off": 6.0, "bias": -1.0},
        }
        if exact
        else {},
        "minors_refused": 0.97 if exact else 0.0,
        "grown_ups_refused": 0.04 if exact else 0.0,
        "curve": [
            {"threshold": 0.01, "minors_passed": 0.0, "adults_refused": 0.5},
            {"threshold": 0.2, "minors_passed": 0.1, "adults_refused": 0.05},
        ]
        if exact
        else [],
        "adults_by_gender": people({"female": 0.25, "male": 0.15}),
        "adults_by_race": people({"Asian": 0.25, "Black": 0.15}),
        "adults_by_group": people(groups),
    }


def guard_report() -> dict[str, Any]:
    """A guard's evaluation.json: two sets that label years, one that labels decades."""
    kind = {"own_threshold": 0.1, "below_16": 0.99, "16_and_17": 0.95, "25_to_29": 0.2, "30_and_over": 0.03}
    row = {"pictures": 40, "years_off": 4.0, "bias": 1.0, "adults": 20, "adults_refused": 0.1}
    return {
        "test": {name: guard_test() for name in ("exact", "utkface", "aaf")} | {"decades": guard_test(exact=False)},
        "validation": {"utkface": {"as it is": kind, "grey": kind | {"own_threshold": 0.06}}},
        "decisions": {
            "probability": {"25_to_29": 0.2, "30_and_over": 0.03},
            "expected_age": {"25_to_29": 0.3, "30_and_over": 0.04},
        },
        "turns": [
            row | {"from": 0.0, "to": 0.05},
            row | {"from": 0.3, "to": None, "adults": 0, "adults_refused": None},
        ],
        "film": {"faces": 3, "looks": 500, "years": 1.25, "minor": 0.02},
        "years_from_keras": 0.1,
    }


def detectors() -> dict[str, Any]:
    """detectors.json: ours finds small faces better than the other."""
    ap = {"The finder": (0.6, 0.9), "Other": (0.1, 0.8)}
    shared = {"faces": 40, "recall": 0.7, "precision": 0.9, "false_faces_in_100": 0.5, "ms": 11.2}
    return {
        title: shared
        | {
            "by_set": {"fddb": {"pictures": 9, "faces": 40, "ap": large}},
            "by_size": {"below 16": {"faces": 20, "ap": small}, "96 and more": {"faces": 20, "ap": large}},
        }
        for title, (small, large) in ap.items()
    }


def losses() -> dict[str, Any]:
    """losses.json."""
    return {"squared error": {"pearson": 0.85, "spread": 0.001, "mae": 0.27, "spearman": 0.6}}


def speed() -> dict[str, Any]:
    """speed.json."""
    stages = {"resize": 0.5, "guard": 11.0, "detect: finder": 6.0, "classify: rater": 3.0, "classify: other": 18.0}
    runtimes = {"core": 7.0, "model.predict": 120.0}
    return {
        "frame": [640, 480],
        "threads": 2,
        "repeats": 20,
        **{
            part: {name: {"median": ms, "p5": 0.9 * ms, "p95": 1.2 * ms} for name, ms in times.items()}
            for part, times in (("stages", stages), ("runtimes", runtimes))
        },
    }


def live() -> dict[str, Any]:
    """live.json: one and two viewers, with and without a model."""

    def load(viewers: int, analysed: float | None, median: float) -> dict[str, Any]:
        return {
            "viewers": viewers,
            "size": [640, 480],
            "fps": 30,
            "seconds": 20.0,
            "received": [30.0] * viewers,
            "analysed": [] if analysed is None else [analysed] * viewers,
            "latency": {"p50": median, "p95": 2 * median, "p99": 3 * median},
            "first": 0.5,
            "cpu": 0.9,
            "memory_mb": [300.0, 310.0],
        }

    return {
        f"{viewers} at 640x480, 30 fps, 20 s": {
            "echo": load(viewers, None, 40.0),
            "fairest": load(viewers, 30.0 / viewers, 12.0),
        }
        for viewers in (1, 2)
    }


ENTRY = {"threshold": THRESHOLD, "parameters": 1, "data": "", "command": "", "licence": "", "scores": {}}


def ensemble(members: list[str], **fields: Any) -> EnsembleCard:
    identity = {"name": "ensemble", "kind": "classifier", "title": "The mean", "members": members}
    return EnsembleCard.model_validate(ENTRY | identity | fields)


def card(name: str, kind: str, **fields: Any) -> ModelCard:
    """A network's entry in the manifest; fields: those that are not the usual."""
    identity = {"name": name, "kind": kind, "title": f"The {name}", "file": f"{name}.tflite", "sha256": "0" * 64}
    return ModelCard.model_validate(ENTRY | identity | {"side": 120, "preprocessing": "unit"} | fields)


def weights(folder: Path) -> Path:
    """A weights folder with the reports of two classifiers, `rater` and `other`, their mean, a detector and a guard."""
    finder = card("finder", "detector", scores={"iou_50": 0.96})
    networks = [finder, card("keeper", "guard"), card("rater", "classifier"), card("other", "classifier")]
    cards = Manifest(models=[*networks, ensemble(["rater", "other"])])
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(cards.model_dump_json(), encoding="utf-8")
    rater = "epoch,loss,pearson,val_loss,val_pearson\n0,0.04,0.3,0.03,0.5\n1,0.02,0.6,0.02,0.7\n"
    logs = {
        "rater": rater,
        "other": rater,
        "finder": "epoch,box_iou,loss,val_box_iou,val_loss\n0,0.3,9,0.5,1\n1,0.6,1,0.6,0.6\n2,0.7,0.6,0.55,0.7\n",
        "keeper": "epoch,loss,val_loss,val_years_off,years_off\n0,4,2,9,11\n1,3,1,5,8\n",
    }
    rated = {"test": classifier_test(), "fairface": fairface()}
    reports = {
        **dict.fromkeys(("rater", "other", "ensemble"), rated),
        "finder": {"test": detector_test()},
        "keeper": guard_report(),
    }
    for name, report in reports.items():
        report_folder = folder / "reports" / name
        report_folder.mkdir(parents=True)
        (report_folder / "evaluation.json").write_text(json.dumps(report), encoding="utf-8")
        if name in logs:
            (report_folder / "history.csv").write_text(logs[name], encoding="utf-8")
    for number, name in enumerate(("rater", "other", "ensemble")):
        write_results(folder / "reports" / name / "predictions.csv", rows(seed=5 + number))
    overviews = {"detectors": detectors(), "losses": losses(), "speed": speed(), "live": live()}
    for file, overview in overviews.items():
        (folder / "reports" / f"{file}.json").write_text(json.dumps(overview), encoding="utf-8")
    return folder
