"""What the networks that started from ImageNet say of the training faces, and of adults that no panel has rated.

    python -m training teach --out runs/teacher.csv

The shipped models of fold 1 are the teachers, so the file must not be used with another fold.
"""

from __future__ import annotations

import csv
from pathlib import Path

from core.classify import Mean, load_rater
from core.detect import Detector, load_detector
from core.face import Face
from core.settings import SAFE_AGE, Settings
from core.weights import load_manifest
from training.cards import TEACHERS
from training.data.faces import load_rgb, read_rows
from training.data.rated import PANELS, RatedFace, load_rated

UNRATED = "utkface"
COLUMNS = ("panel", "file", "x", "y", "w", "h", "rating")


def adults(data: Path, detector: Detector) -> list[RatedFace]:
    """Faces of UTKFace whose labelled age the guard would let pass, in the boxes that the detector finds.

    A picture in which it finds none is left out.
    """
    found = []
    for row in read_rows(data / UNRATED / "labels.csv"):
        if int(row["age"]) < SAFE_AGE:
            continue
        path = data / UNRATED / "images" / row["file"]
        faces = detector.detect(load_rgb(path))
        if faces:
            found.append(RatedFace(path, faces[0].box, float("nan"), "unrated", UNRATED))
    return found


def teach(data: Path, weights: Path, out: Path) -> int:
    """Write the teacher's file; returns its number of faces.

    Raises:
        FairestError: a teacher was not exported yet. DataError: data is missing.
    """
    settings = Settings(weights_dir=weights)
    manifest = load_manifest(weights)
    teachers = Mean(tuple(load_rater(name, manifest, settings) for name in TEACHERS))
    faces = load_rated(data, "train", tuple(PANELS)) + adults(data, load_detector("facetracker", settings))
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for face in faces:
            rating = teachers(load_rgb(face.path), Face(face.box, 1.0))
            box = [round(float(value), 2) for value in (face.box.x, face.box.y, face.box.w, face.box.h)]
            writer.writerow([face.path.parent.parent.name, face.path.name, *box, round(rating, 4)])
    return len(faces)
