"""Arrays of an .npz, read whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.errors import TrainingError


def read_npz(path: Path, advice: str) -> dict[str, np.ndarray]:
    """Every array of a file by its key.

    Args:
        path: the file, which is there.
        advice: a sentence that says what to do when it is damaged.

    Raises:
        TrainingError: it is no .npz, or damaged.
    """
    try:
        with np.load(path) as stored:
            return {key: stored[key] for key in stored.files}
    except Exception as error:  # zipfile, zlib and NumPy raise a dozen kinds on damaged files
        raise TrainingError(f"expected arrays in an .npz in {path}; it is damaged ({error}). {advice}") from error
