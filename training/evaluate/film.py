"""Measures how stable age estimates are over the frames of a film.

    python -m training evaluate guard --data DATA --film FILM

Single readings are compared, as the live page takes them before it combines them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from core.images.crop import Image
from core.live.tracker import Tracker
from core.models.age_guard import AgeGuard
from core.models.detector import Detector
from core.settings import ROOT
from training.errors import DataError
from training.scores import Scores

MIN_LOOKS = 10
"""Minimum number of readings of a face in a film to count."""

DEMO_FILM = ROOT / "webapp" / "demo" / "faces.webm"
"""The film that the live page shows if there is no camera; shipped models are measured on it."""


def frames(film: Path) -> Iterator[tuple[float, Image]]:
    """Yield the frames of a film, RGB uint8, each with its time in seconds.

    Raises:
        DataError: it is missing or not a film.
    """
    reader = cv2.VideoCapture(str(film))
    try:
        if not film.is_file() or not reader.isOpened():
            raise DataError(f"expected a film in {film}; there is none that can be read. Check --film.")
        while True:
            success, frame = reader.read()
            if not success:
                return
            yield reader.get(cv2.CAP_PROP_POS_MSEC) / 1000, cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
    finally:
        reader.release()


def film_scores(detector: Detector, guard: AgeGuard, film: Path) -> Scores:
    """Measure the variation of single readings of a face over the frames of a film in which it is followed.

    Returns:
        faces: number of faces with MIN_LOOKS readings or more; looks: their readings in all; years: standard deviation
        of a face's apparent age, mean over the faces; minor: the same for its probability of being under 18.

    Raises:
        DataError: the film cannot be read, or shows no face for long enough.
    """
    tracker = Tracker()
    looks_by_track: dict[int, list[tuple[float, float]]] = {}
    for time, image in frames(film):
        for face in tracker.update(detector.detect(image), time):
            assert face.track is not None
            if face.track in tracker.found_numbers(time) and not guard.unfit_reason(face):
                looks = looks_by_track.setdefault(face.track, [])
                reading = guard.look(image, face, len(looks))
                looks.append((reading.age, reading.minor))
    followed = [np.array(looks) for looks in looks_by_track.values() if len(looks) >= MIN_LOOKS]
    if not followed:
        raise DataError(f"expected a film that shows a face in {MIN_LOOKS} frames or more; {film} does not.")
    years, minor = np.mean([looks.std(axis=0) for looks in followed], axis=0)
    return {"faces": len(followed), "looks": sum(map(len, followed)), "years": float(years), "minor": float(minor)}
