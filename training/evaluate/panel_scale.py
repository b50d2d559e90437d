"""Combines the outputs of a multi-panel network into one rating on SCUT-FBP5500's scale.

SCUT-FBP5500's own output is on that scale. Each other output is mapped to it by the line that gives it the same mean
and standard deviation on the adult faces that SCUT-FBP5500's output was trained on. The rating is the mean of the
panels' predictions; which panels are used was chosen by how well some rank the faces of one that is left out
(`left_out`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import keras
import numpy as np

from core.evaluation.metrics import spearman
from core.models.manifest import Head
from training.data.rated import FIRST, PANELS, RatedFace, load_scut
from training.data.refused import adults_only, picture_key
from training.evaluate.rate import keras_outputs
from training.scores import Scores

WEIGHTS = {"scut_fbp5500": 1 / 3, "mebeauty": 1 / 3, "omi": 1 / 3}
"""Weight of each panel in the rating."""


def fitted_heads(outputs: np.ndarray) -> list[Head]:
    """Fit the heads from a network's outputs on faces that its first output was trained on, (n, panels)."""
    scale = 1 + 4 * outputs[:, 0]
    heads = []
    for number, panel in enumerate(PANELS):
        output = outputs[:, number]
        slope = float(scale.std() / max(float(output.std()), 1e-6))
        offset = float(scale.mean() - slope * output.mean())
        if panel == FIRST:
            slope, offset = 4.0, 1.0
        heads.append(Head(panel=panel, slope=round(slope, 4), offset=round(offset, 4), weight=WEIGHTS[panel]))
    return heads


def heads_of(model: keras.Model, data: Path, fold: int) -> list[Head]:
    """Fit the heads of a trained network; empty if it has one output.

    Raises:
        DataError: data is missing.
    """
    if model.output_shape[-1] == 1:
        return []
    return fitted_heads(keras_outputs(model, adults_only(load_scut(data, "train", fold))))


def left_out(outputs: np.ndarray, faces: Sequence[RatedFace], heads: Sequence[Head]) -> Scores:
    """Measure how well the other panels' outputs, alone and together, rank each panel's faces: Spearman's correlation.

    Args:
        outputs: for held-out faces, (n, panels).
        faces: of all panels, in the same order.
        heads: map the outputs to one scale.

    Returns:
        For each panel, by the names of the outputs used, joined by " + ".
    """
    ratings = np.array([head.offset + head.slope * outputs[:, number] for number, head in enumerate(heads)])
    names = [head.panel for head in heads]
    correlations: Scores = {}
    for panel in names:
        in_panel = np.array([picture_key(face.path)[0] == panel for face in faces])
        if in_panel.sum() < 3:
            continue
        truth = np.array([face.score for face in faces])[in_panel]
        others = [number for number, name in enumerate(names) if name != panel]
        correlations[panel] = {
            " + ".join(names[number] for number in subset): spearman(
                truth, ratings[list(subset)][:, in_panel].mean(axis=0)
            )
            for size in range(1, len(others) + 1)
            for subset in combinations(others, size)
        }
    return correlations
