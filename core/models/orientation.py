"""Faces that lie or hang: a picture is looked at with each of its sides up.

The detectors learnt faces that lean by 40 degrees at most, so the picture is also shown to the fast one turned by 90,
180 and 270 degrees. A face that is seen more than once counts once, by the look in which it stands most upright. What
is seen in a turned picture alone counts only if the detection is sure and the landmarks, which know every angle, say
that it does lie or hang: so a picture of upright faces gives what it gives without.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from core.face import UNCERTAIN_POSE, Box, Face
from core.images.crop import FILL, Image, halve_to_fit
from core.models import detector as detectors
from core.models.detector import COARSE, Detector, FaceTracker, load_detector
from core.models.facegrid import SURE, FaceGrid, FineFaceGrid, scaled_to_fit
from core.models.pose import PoseEstimator, angle_difference, load_landmarks, with_poses
from core.settings import ModelSettings

TURNS = (1, 2, 3)
"""Quarters by which a picture is turned anticlockwise: what is turned clockwise by as many stands upright then."""

UPRIGHT_ROLL = 45.0
"""Degrees; a face that leans less stands upright, and the picture as it is shows it best."""

MIN_LEAN = 30.0
"""Degrees that a face leans at least if it is seen in a turned picture alone."""

MAX_LEAN = 62.0
"""Degrees that a face may lean in the look that it was seen in; beyond, its box is a guess."""

SAME = 0.3
"""Share of the smaller of two boxes, by which they overlap at least, that makes them one face's."""

SHRUNK, MIN_SHRUNK_SIZE = 0.5, 40.0
"""The share of the scale at which a turned picture fits, so that all three have room in one look; and the size of a
face there, pixels, from which it counts."""


def turned_image(image: Image, quarters: int) -> Image:
    """A picture turned anticlockwise by so many quarters."""
    return np.ascontiguousarray(np.rot90(image, quarters))


def turned_back(box: Box, quarters: int, width: int, height: int) -> Box:
    """A box of a picture turned anticlockwise by so many quarters, in the picture of width x height as it was."""
    for quarter in range(quarters % 4, 0, -1):
        # The picture with one quarter less is as high as this one is wide.
        before = width if quarter % 2 else height
        box = Box(before - box.y - box.h, box.x, box.h, box.w)
    return box


def lean(face: Face, quarters: int) -> float:
    """Degrees that a face leans, either way, in the picture turned anticlockwise by so many quarters.

    Infinite where its pose is not told.
    """
    if face.pose is None or not face.pose.is_certain:
        return math.inf
    return abs(angle_difference(face.pose.roll, 90.0 * quarters))


def one_face(one: Face, other: Face) -> bool:
    """Whether two boxes are one face's."""
    return one.box.intersection(other.box) > SAME * min(one.box.area, other.box.area)


def merge_turned(upright: list[Face], turned: dict[int, list[Face]]) -> list[Face]:
    """The faces of several looks, each once.

    Args:
        upright: of the picture as it is, with poses.
        turned: of the turned pictures, by quarters, with boxes and poses of the picture as it is.

    Returns:
        The upright faces as they came, in their order; where one is seen better in a turned picture, as it is there;
        and the sure ones that are seen in a turned picture alone. One whose box no look can be trusted with has an
        UNCERTAIN_POSE.
    """
    seen = [(face, quarters) for quarters, faces in turned.items() for face in faces]
    seen = sorted((one for one in seen if lean(*one) <= MAX_LEAN), key=lambda one: (lean(*one), -one[0].detection))
    found: list[Face] = []
    for face in upright:
        again = [one for one in seen if one_face(one[0], face)]
        better = again and lean(face, 0) > UPRIGHT_ROLL and lean(*again[0]) < lean(face, 0)
        if better and not any(one_face(again[0][0], other) for other in found):
            found.append(again[0][0])
        elif better:
            continue
        elif lean(face, 0) > MAX_LEAN:
            found.append(replace(face, pose=UNCERTAIN_POSE))
        else:
            found.append(face)
        seen = [one for one in seen if one not in again]
    for face, _ in seen:
        alone = lean(face, 0) >= MIN_LEAN and face.detection >= SURE
        if alone and not any(one_face(face, other) for other in found):
            found.append(face)
    return found


def is_upright(face: Face) -> bool:
    """Whether a face is sure and upright."""
    return lean(face, 0) <= UPRIGHT_ROLL and face.detection >= SURE


@dataclass(frozen=True, slots=True)
class AnyWayUp:
    """A detector whose faces have poses, and which also looks at the picture turned.

    detector: sees the picture as it is. grid: the fast one, sees it turned. landmarks: tell poses.
    """

    detector: Detector
    grid: FaceGrid
    landmarks: PoseEstimator

    @property
    def name(self) -> str:
        """The detector's."""
        return self.detector.name

    def detect(self, image: Image) -> list[Face]:
        """The faces of a picture as it is, with their poses; see core.models.detector.Detector."""
        return with_poses(image, self.detector.detect(image), self.landmarks)

    def at(self, threshold: float) -> AnyWayUp:
        """The same with another threshold."""
        grid = detectors.with_threshold(self.grid, threshold)
        assert isinstance(grid, FaceGrid)
        return replace(self, detector=detectors.with_threshold(self.detector, threshold), grid=grid)

    def detect_turned(self, image: Image, quarters: int) -> list[Face]:
        """The faces that the fast detector sees in the picture turned anticlockwise by so many quarters.

        Returns:
            Faces with boxes and poses in the picture as it is.
        """
        side = max(self.grid.width, self.grid.height)
        small, times = halve_to_fit(image, side, side)
        faces, _ = self.grid.look(turned_image(small, quarters))
        return self._to_picture(image, faces, quarters, float(times))

    def detect_shrunk(self, image: Image, known: Sequence[Face] = ()) -> dict[int, list[Face]]:
        """Faces of the picture turned by one, two and three quarters, in one look at all of them, made small.

        Those that are not `large` there say where to look in full, and no more.

        Args:
            image: RGB uint8, shape (height, width, 3).
            known: faces that stand upright, which need not be told again.

        Returns:
            By quarters, faces with boxes and poses in the picture as it is.
        """
        width, height = self.grid.width, self.grid.height
        canvas = np.empty((height, width, 3), np.uint8)
        canvas[:] = FILL
        small, times = halve_to_fit(image, width, height)
        placed: dict[int, tuple[float, float, float]] = {}
        for quarters, (column, row) in zip(TURNS, ((0, 0), (1, 0), (0, 1)), strict=True):
            left, top = column * width // 2, row * height // 2
            wide, high = (height, width) if quarters % 2 else (width, height)
            part, scale = scaled_to_fit(small, wide // 2, high // 2)
            part = turned_image(part, quarters)
            canvas[top : top + part.shape[0], left : left + part.shape[1]] = part
            placed[quarters] = left, top, scale
        found: dict[int, list[Face]] = {quarters: [] for quarters in TURNS}
        for face in self.grid.look(canvas)[0]:
            for quarters, (x, y, scale) in placed.items():
                if x <= face.box.cx < x + width // 2 and y <= face.box.cy < y + height // 2:
                    box = Box(
                        (face.box.x - x) / scale, (face.box.y - y) / scale, face.box.w / scale, face.box.h / scale
                    )
                    found[quarters].append(replace(face, box=box))
        return {
            quarters: self._to_picture(image, faces, quarters, float(times), known) for quarters, faces in found.items()
        }

    def keep_large(self, image: Image, faces: list[Face], quarters: int) -> list[Face]:
        """Those that are large enough in the look at a picture turned by so many quarters, made small."""
        height, width = image.shape[quarters % 2], image.shape[1 - quarters % 2]
        scale = SHRUNK * min(self.grid.width / width, self.grid.height / height)
        return [face for face in faces if face.box.size * scale >= MIN_SHRUNK_SIZE]

    def _to_picture(
        self, image: Image, faces: list[Face], quarters: int, times: float, known: Sequence[Face] = ()
    ) -> list[Face]:
        """Faces of a picture made smaller by so many times and turned, in the picture as it is, with their poses.

        Without those that are known.
        """
        height, width = image.shape[:2]
        boxes = [Box(times * face.box.x, times * face.box.y, times * face.box.w, times * face.box.h) for face in faces]
        back = [turned_back(box, quarters, width, height).clip(width, height) for box in boxes]
        moved = [replace(face, box=box) for face, box in zip(faces, back, strict=True) if box.w >= 1 and box.h >= 1]
        new = [face for face in moved if not any(one_face(face, other) for other in known)]
        return with_poses(image, new, self.landmarks, quarters)

    def detect_any_way_up(self, image: Image) -> list[Face]:
        """The faces of a picture, whichever way up they are; one of them where the detector finds one face.

        A turned picture is looked at in full where the look at all three, made small, shows a face of any size that is
        none of those that stand upright, and each of them where none stands.
        """
        upright = self.detect(image)
        standing = [face for face in upright if is_upright(face)]
        turned = {}
        for quarters, faces in self.detect_shrunk(image, standing).items():
            turned[quarters] = self.keep_large(image, faces, quarters)
            if faces or not standing:
                turned[quarters] += self.detect_turned(image, quarters)
        return self.merge(upright, turned)

    def merge(self, upright: list[Face], turned: dict[int, list[Face]]) -> list[Face]:
        """See `merge_turned`; of a detector that finds one face a picture the one that is told, if any is."""
        found = merge_turned(upright, turned)
        return sorted(found, key=lambda face: lean(face, 0) == math.inf)[:1] if self.single else found

    @property
    def single(self) -> bool:
        """Whether the detector finds one face a picture."""
        return isinstance(self.detector, FaceTracker)


def detect_any_way_up(detector: Detector, image: Image) -> list[Face]:
    """The faces of an RGB uint8 picture by a detector, whichever way up they are where it can look so."""
    return detector.detect_any_way_up(image) if isinstance(detector, AnyWayUp) else detector.detect(image)


def with_threshold(detector: Detector, threshold: float) -> Detector:
    """See core.models.detector.with_threshold, of which this knows one detector more."""
    return detector.at(threshold) if isinstance(detector, AnyWayUp) else detectors.with_threshold(detector, threshold)


EVERY_KNOWN, EVERY_UNKNOWN = 10, 2
"""Frames of a stream, of which one is also looked at turned: while every face is known and sure; and else."""

FORGET = 15
"""Frames of a stream after which a side that showed no face any more is left."""


@dataclass(slots=True)
class Gaze:
    """Which sides of a stream's frames to look at: one a stream, since it keeps where faces were seen last.

    Each frame is looked at as it is, and turned by the quarters by which faces were seen just before. Whether any lie
    or hang is asked in one frame of several, by one look at all three turned frames, made small.
    """

    frames: int = 0
    seen: dict[int, int] = field(default_factory=dict)

    def detect(self, detector: Detector, image: Image) -> list[Face]:
        """The faces of the next frame.

        Args:
            detector: may be another one each time; one that cannot look at turned pictures just detects.
            image: RGB uint8, shape (height, width, 3).
        """
        if not isinstance(detector, AnyWayUp):
            return detector.detect(image)
        self.frames += 1
        upright = detector.detect(image)
        turned = {quarters: detector.detect_turned(image, quarters) for quarters in self.seen}
        standing = [face for face in upright if is_upright(face)]
        if self.frames % (EVERY_KNOWN if standing or self.seen else EVERY_UNKNOWN) == 0:
            for quarters, faces in detector.detect_shrunk(image, standing).items():
                turned[quarters] = turned.get(quarters, []) + detector.keep_large(image, faces, quarters)
        found = detector.merge(upright, turned)
        for quarters, faces in turned.items():
            if any(face in found for face in faces):
                self.seen[quarters] = self.frames
        self.seen = {quarters: frame for quarters, frame in self.seen.items() if self.frames - frame < FORGET}
        return found


def load_any_way_up(name: str, settings: ModelSettings) -> AnyWayUp:
    """A detector of the manifest that looks at pictures whichever way up they are.

    Raises:
        UnknownModelError: there is no such detector. WeightsError: a file is missing or damaged.
    """
    detector = load_detector(name, settings)
    if isinstance(detector, FineFaceGrid):
        grid: Detector = detector.coarse
    else:
        grid = detector if isinstance(detector, FaceGrid) else load_detector(COARSE, settings)
    assert isinstance(grid, FaceGrid)
    return AnyWayUp(detector, grid, load_landmarks(settings))
