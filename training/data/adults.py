"""Runs the guard on the rated faces and lists those that look under 18.

python -m training adults --data DATA

The apparent age decides, not whether the guard lets a face pass: its threshold is set so that hardly any minor passes,
and it refuses many of the panels' young adults.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.face import Face
from core.models.age_guard import Guard
from core.models.detector import Detector
from core.settings import ADULT
from training.data.pictures import load_rgb
from training.data.rated import PARTS, RatedFace, load_mebeauty, load_omi, load_scut


@dataclass(frozen=True, slots=True)
class JudgedFaces:
    """The rated faces of a set, each with its apparent age in years."""

    name: str
    faces: list[tuple[RatedFace, float]]

    @property
    def refused(self) -> list[tuple[RatedFace, float]]:
        """Return the faces that look under 18."""
        return [(face, age) for face, age in self.faces if age < ADULT]


def judge_faces(data: Path, guard: Guard, detector: Detector) -> list[JudgedFaces]:
    """Estimate the ages of all the panels' rated faces; detector: finds the faces of sets without boxes.

    Raises:
        DataError: data is missing.
    """
    loaded = {
        "scut_fbp5500": [face for part in PARTS for face in load_scut(data, part)],
        "mebeauty": [face for part in PARTS for face in load_mebeauty(data, part)],
        "omi": [face for part in PARTS for face in load_omi(data, part, detector)],
    }

    def age(face: RatedFace) -> float:
        (checked,) = guard.check(load_rgb(face.path), [Face(face.box, 1.0)])
        # A face that is unfit to be judged is not trained on either.
        return 0.0 if checked.age is None else checked.age

    return [JudgedFaces(name, [(face, age(face)) for face in faces]) for name, faces in loaded.items()]
