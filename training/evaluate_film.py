"""How steady the estimate of an age is: over the frames of one film, and against how far a face is turned.

python -m training evaluate guard --film FILM
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from core.crop import Image
from core.detect import Detector
from core.face import Face
from core.guard import AgeGuard
from core.pose import posed
from core.track import Tracker
from training.data.aged import AgedFace
from training.data.pictures import load_rgb
from training.errors import DataError
from training.evaluate_guard import ADULT, Readings, labelled, share
from training.scores import Scores

TURNS = ((0.0, 0.05), (0.05, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, np.inf))
"""How far a nose lies beside the middle of the eyes, in their distances, either way: from, to below."""

LEAST_LOOKS = 10
"""Of a face in a film, to count."""


def frames(film: Path) -> Iterator[tuple[float, Image]]:
    """The frames of a film, RGB uint8, each with its time in seconds.

    Raises:
        DataError: it is missing or no film.
    """
    reader = cv2.VideoCapture(str(film))
    try:
        if not film.is_file() or not reader.isOpened():
            raise DataError(f"expected a film in {film}; there is none that can be read. Check --film.")
        while True:
            there, frame = reader.read()
            if not there:
                return
            yield reader.get(cv2.CAP_PROP_POS_MSEC) / 1000, cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
    finally:
        reader.release()


def film_scores(detector: Detector, guard: AgeGuard, film: Path) -> Scores:
    """How far single looks at one face lie apart, over the frames of a film in which it is followed.

    Returns:
        faces: how many were looked at LEAST_LOOKS times or more; looks: at them in all; years: the standard deviation
        of a face's apparent age, mean of the faces; minor: the same of its probability of being under 18.

    Raises:
        DataError: the film cannot be read, or shows no face for long enough.
    """
    tracker = Tracker()
    seen: dict[int, list[tuple[float, float]]] = {}
    for time, image in frames(film):
        for face in tracker.update(posed(image, detector.detect(image)), time):
            assert face.track is not None
            if face.track in tracker.found(time) and not guard.unfit(face):
                looks = seen.setdefault(face.track, [])
                reading = guard.look(image, face, len(looks))
                looks.append((reading.age, reading.minor))
    kept = [np.array(looks) for looks in seen.values() if len(looks) >= LEAST_LOOKS]
    if not kept:
        raise DataError(f"expected a film that shows a face in {LEAST_LOOKS} frames or more; {film} does not.")
    years, minor = np.mean([looks.std(axis=0) for looks in kept], axis=0)
    return {"faces": len(kept), "looks": sum(map(len, kept)), "years": float(years), "minor": float(minor)}


def turns(faces: Sequence[AgedFace]) -> np.ndarray:
    """How far each face is turned away, either way: Pose.turn without its sign, (n,)."""
    found = [posed(load_rgb(face.path), [Face(face.box, 1.0)])[0].pose for face in faces]
    return np.array([abs(pose.turn) if pose else np.inf for pose in found])


def by_turn(said: Readings, faces: Sequence[AgedFace], turned: np.ndarray, threshold: float) -> list[Scores]:
    """How many years the estimate is off, and which share of adults is refused, by how far the face is turned."""
    true = labelled(faces)
    exact = np.array([face.exact for face in faces], bool)
    found = []
    for low, high in TURNS:
        chosen = exact & (turned >= low) & (turned < high)
        if chosen.any():
            off = (said.age - true)[chosen]
            found.append(
                {
                    "from": low,
                    "to": high if np.isfinite(high) else None,
                    "pictures": int(chosen.sum()),
                    "years_off": float(np.abs(off).mean()),
                    "bias": float(off.mean()),
                    "adults_refused": share(said.minor[chosen & (true >= ADULT)] > threshold)["refused"],
                }
            )
    return found
