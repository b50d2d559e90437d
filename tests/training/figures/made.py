"""Made-up results and report folders in the shape of the real ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from core.weights import Manifest, ModelCard
from training.results import Row, write_results

THRESHOLD = 3.0
BELOW, ABOVE = "plain_", "50% & up"


def named(rating: float) -> str:
    return ABOVE if rating > THRESHOLD else BELOW


def rows(count: int = 80, noise: float = 0.4) -> list[Row]:
    """Faces whose ratings are their scores and some noise, half of them in either class."""
    rng = np.random.default_rng(5)
    scores = np.linspace(1.3, 4.7, count)
    ratings = np.clip(scores + rng.normal(0, noise, count), 1, 5)
    return [
        Row(
            file=f"{place}.png",
            group="AF" if place % 3 else "CM",
            source="lab" if place % 2 else "web",
            score=score,
            label=named(score),
            rating=rating,
            predicted=named(rating),
            probability=float(1 / (1 + np.exp(-3 * abs(rating - THRESHOLD)))),
        )
        for place, (score, rating) in enumerate(zip(scores.tolist(), ratings.tolist(), strict=True))
    ]


def fairface() -> dict[str, Any]:
    """Two races, two genders; the means lie 0.5 apart."""
    means = {"Black Female": 3.2, "Black Male": 2.8, "Latino_Hispanic Female": 3.0, "Latino_Hispanic Male": 2.7}
    both = {"Black": 3.0, "Latino_Hispanic": 2.85}
    genders = {"Female": 3.1, "Male": 2.75}
    return {
        "by_group": {name: {"pictures": 110, "mean": mean, "share_above": 0.4} for name, mean in means.items()},
        "by_race": {name: {"pictures": 220, "mean": mean, "share_above": 0.4} for name, mean in both.items()},
        "by_gender": {name: {"pictures": 220, "mean": mean, "share_above": 0.4} for name, mean in genders.items()},
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


def card(name: str, kind: str) -> ModelCard:
    return ModelCard(
        name=name,
        kind=kind,  # type: ignore[arg-type]
        title=f"The {name}",
        file=f"{name}.tflite",
        sha256="0" * 64,
        side=120,
        preprocessing="unit",
        threshold=THRESHOLD,
        parameters=1,
        data="",
        command="",
        licence="",
        scores={},
    )


def weights(folder: Path) -> Path:
    """A weights folder with the reports of a classifier, `rater`, and a detector, `finder`."""
    cards = Manifest(models=[card("finder", "detector"), card("rater", "classifier")])
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(cards.model_dump_json(), encoding="utf-8")
    logs = {
        "rater": "epoch,loss,pearson,val_loss,val_pearson\n0,0.04,0.3,0.03,0.5\n1,0.02,0.6,0.02,0.7\n",
        "finder": "epoch,box_iou,loss,val_box_iou,val_loss\n0,0.3,9,0.5,1\n1,0.6,1,0.6,0.6\n2,0.7,0.6,0.55,0.7\n",
    }
    reports = {"rater": {"test": classifier_test(), "fairface": fairface()}, "finder": {"test": detector_test()}}
    for name, log in logs.items():
        report = folder / "reports" / name
        report.mkdir(parents=True)
        (report / "history.csv").write_text(log, encoding="utf-8")
        (report / "evaluation.json").write_text(json.dumps(reports[name]), encoding="utf-8")
    write_results(folder / "reports" / "rater" / "predictions.csv", rows())
    return folder
