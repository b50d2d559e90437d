"""Pass the rated faces through the guard and list those that look under 18.

python -m training adults --data DATA

The age that counts is the guard's own estimate, not its safe age: that one is set so high that hardly a minor passes,
and would refuse most of the panels' young adults.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.face import Face
from core.guard import FrameGuard
from core.settings import ADULT
from training.data.pictures import load_rgb
from training.data.rated import PARTS, RatedFace, load_mebeauty, load_scut


@dataclass(frozen=True, slots=True)
class Judged:
    """The rated faces of a set, each with its apparent age, years."""

    name: str
    faces: list[tuple[RatedFace, float]]

    def below(self, age: float) -> list[tuple[RatedFace, float]]:
        """Those that look younger."""
        return [(face, said) for face, said in self.faces if said < age]

    @property
    def refused(self) -> list[tuple[RatedFace, float]]:
        """Those that look under 18."""
        return self.below(ADULT)


def judge(data: Path, guard: FrameGuard) -> list[Judged]:
    """Every rated face of both panels, whatever part it is in.

    Raises:
        DataError: data is missing.
    """
    loaded = {
        "scut_fbp5500": [face for part in PARTS for face in load_scut(data, part)],
        "mebeauty": [face for part in PARTS for face in load_mebeauty(data, part)],
    }
    return [
        Judged(name, [(face, guard.look(load_rgb(face.path), Face(face.box, 1.0)).age) for face in faces])
        for name, faces in loaded.items()
    ]
