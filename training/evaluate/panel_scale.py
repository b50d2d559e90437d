"""How the outputs of a network with one for each panel become one rating on SCUT-FBP5500's scale.

SCUT-FBP5500's own output is on its scale. Each other's is brought there by the line that gives it, on the adult faces
that SCUT-FBP5500's output has learnt from, the same mean and spread. The rating is the mean of what the panels would
say: which panels, was chosen by how well some rank the faces of one that is left out (`left_out`).
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
"""What each panel counts in the rating."""


def fitted_heads(outputs: np.ndarray) -> list[Head]:
    """The heads of a network by what it says of faces that its first output has learnt from, (n, panels)."""
    scale = 1 + 4 * outputs[:, 0]
    heads = []
    for number, panel in enumerate(PANELS):
        said = outputs[:, number]
        slope = float(scale.std() / max(float(said.std()), 1e-6))
        offset = float(scale.mean() - slope * said.mean())
        if panel == FIRST:
            slope, offset = 4.0, 1.0
        heads.append(Head(panel=panel, slope=round(slope, 4), offset=round(offset, 4), weight=WEIGHTS[panel]))
    return heads


def heads_of(model: keras.Model, data: Path, fold: int) -> list[Head]:
    """The heads of a trained network, none of one with one output.

    Raises:
        DataError: data is missing.
    """
    if model.output_shape[-1] == 1:
        return []
    return fitted_heads(keras_outputs(model, adults_only(load_scut(data, "train", fold))))


def left_out(outputs: np.ndarray, faces: Sequence[RatedFace], heads: Sequence[Head]) -> Scores:
    """How well the other panels' outputs, alone and together, rank the faces of each panel: Spearman's correlation.

    Args:
        outputs: of held-out faces, (n, panels).
        faces: of all panels, in the same order.
        heads: how the outputs come to one scale.

    Returns:
        By panel, by the names of those that are asked, joined by " + ".
    """
    said = np.array([head.offset + head.slope * outputs[:, number] for number, head in enumerate(heads)])
    names = [head.panel for head in heads]
    found: Scores = {}
    for panel in names:
        mine = np.array([picture_key(face.path)[0] == panel for face in faces])
        if mine.sum() < 3:
            continue
        truth = np.array([face.score for face in faces])[mine]
        others = [number for number, name in enumerate(names) if name != panel]
        found[panel] = {
            " + ".join(names[number] for number in subset): spearman(truth, said[list(subset)][:, mine].mean(axis=0))
            for size in range(1, len(others) + 1)
            for subset in combinations(others, size)
        }
    return found
