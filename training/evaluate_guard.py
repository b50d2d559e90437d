"""How many the guard refuses, by age, on UTKFace: the shipped guard behind the shipped detector.

python -m training evaluate guard --data DATA
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.detect import Detector
from core.guard import Guard
from training.data.faces import load_rgb, read_rows
from training.scores import Scores

BANDS = ((1, 12), (13, 15), (16, 17), (18, 24), (25, 34), (35, 50), (51, 116))
"""Ages in years, both ends included."""


def evaluate_guard(detector: Detector, guard: Guard, data: Path, most: int, seed: int = 1) -> Scores:
    """For each band of ages: faces found, and the share of them refused.

    Args:
        detector: finds the face in each picture, as in the app.
        guard: what is measured.
        data: the data folder.
        most: pictures a band, drawn at random.
        seed: of that draw.
    """
    rows = read_rows(data / "utkface" / "labels.csv")
    report: Scores = {}
    for low, high in BANDS:
        band = [row["file"] for row in rows if low <= int(row["age"]) <= high]
        np.random.default_rng(seed).shuffle(band)
        refused = []
        for name in band[:most]:
            image = load_rgb(data / "utkface" / "images" / name)
            refused += [face.refused is not None for face in guard.check(image, detector.detect(image)[:1])]
        share = float(np.mean(refused)) if refused else 0.0
        report[f"{low}-{high}"] = {"pictures": len(band[:most]), "found": len(refused), "refused": share}
    return report
