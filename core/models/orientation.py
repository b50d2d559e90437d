"""Detects rotated faces: the detector also runs on rotated copies of the picture.

The detectors were trained on faces that lean by 40 degrees at most, so the fast one also sees the picture rotated by
90, 180 and 270 degrees. A face found in several passes counts once, with the pass in which it is most upright. A face
found in a rotated picture alone counts only if the detection is confident and the landmarks, which work at every
angle, confirm that the face is rotated: so pictures of upright faces give the same results as without rotation.
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
"""Numbers of quarter turns by which a picture is rotated anticlockwise, which makes faces rotated clockwise by as many
upright."""

UPRIGHT_ROLL = 45.0
"""Degrees; a face that leans less counts as upright and is best detected in the unrotated picture."""

MIN_LEAN = 30.0
"""Minimum lean, in degrees, of a face that is found in a rotated picture alone."""

MAX_LEAN = 62.0
"""Maximum lean, in degrees, of a face in the pass that found it; beyond that, its box is unreliable."""

SAME = 0.3
"""Two boxes are the same face's if they overlap by more than this share of the smaller one."""

SHRUNK, MIN_SHRUNK_SIZE = 0.5, 40.0
"""The factor on the fitting scale at which all three rotated pictures fit into one input, and the smallest face, in
pixels of that input, that counts."""


def turned_image(image: Image, quarters: int) -> Image:
    """Rotate a picture anticlockwise by this number of quarter turns."""
    return np.ascontiguousarray(np.rot90(image, quarters))


def turned_back(box: Box, quarters: int, width: int, height: int) -> Box:
    """Map a box from a picture rotated anticlockwise to the unrotated picture of width x height."""
    for quarter in range(quarters % 4, 0, -1):
        # Before its last quarter turn, the picture was as wide as it is high now.
        width_before = width if quarter % 2 else height
        box = Box(width_before - box.y - box.h, box.x, box.h, box.w)
    return box


def lean(face: Face, quarters: int) -> float:
    """Absolute lean of a face, in degrees, in the picture rotated anticlockwise by this number of quarter turns.

    Infinite if its pose is unknown or uncertain.
    """
    if face.pose is None or not face.pose.is_certain:
        return math.inf
    return abs(angle_difference(face.pose.roll, 90.0 * quarters))


def one_face(face: Face, other: Face) -> bool:
    """Whether two boxes belong to the same face."""
    return face.box.intersection(other.box) > SAME * min(face.box.area, other.box.area)


def merge_turned(upright: list[Face], turned: dict[int, list[Face]]) -> list[Face]:
    """Merge the faces of several passes without duplicates.

    Args:
        upright: faces of the unrotated picture, with poses.
        turned: faces of the rotated pictures, by quarter turns, with boxes and poses in the unrotated picture.

    Returns:
        The upright faces in their order, each replaced by its detection in a rotated picture if that is better; then
        the confident faces that were found in a rotated picture alone. A face whose box is unreliable in every pass
        gets UNCERTAIN_POSE.
    """
    hits = [(face, quarters) for quarters, faces in turned.items() for face in faces]
    hits = sorted((hit for hit in hits if lean(*hit) <= MAX_LEAN), key=lambda hit: (lean(*hit), -hit[0].detection))
    merged: list[Face] = []
    for face in upright:
        matches = [hit for hit in hits if one_face(hit[0], face)]
        better = matches and lean(face, 0) > UPRIGHT_ROLL and lean(*matches[0]) < lean(face, 0)
        if better and not any(one_face(matches[0][0], merged_face) for merged_face in merged):
            merged.append(matches[0][0])
        elif better:
            continue
        elif lean(face, 0) > MAX_LEAN:
            merged.append(replace(face, pose=UNCERTAIN_POSE))
        else:
            merged.append(face)
        hits = [hit for hit in hits if hit not in matches]
    for face, _ in hits:
        alone = lean(face, 0) >= MIN_LEAN and face.detection >= SURE
        if alone and not any(one_face(face, merged_face) for merged_face in merged):
            merged.append(face)
    return merged


def is_upright(face: Face) -> bool:
    """Whether a face is confidently detected and upright."""
    return lean(face, 0) <= UPRIGHT_ROLL and face.detection >= SURE


@dataclass(frozen=True, slots=True)
class AnyWayUp:
    """A detector that also runs on rotated copies of the picture and adds poses.

    detector: runs on the unrotated picture. grid: the fast one, runs on the rotated copies. landmarks: estimates poses.
    """

    detector: Detector
    grid: FaceGrid
    landmarks: PoseEstimator

    @property
    def name(self) -> str:
        """The detector's name in the manifest."""
        return self.detector.name

    def detect(self, image: Image) -> list[Face]:
        """Return the faces of the unrotated picture, with poses."""
        return with_poses(image, self.detector.detect(image), self.landmarks)

    def at(self, threshold: float) -> AnyWayUp:
        """Return the same detector with another threshold."""
        grid = detectors.with_threshold(self.grid, threshold)
        assert isinstance(grid, FaceGrid)
        return replace(self, detector=detectors.with_threshold(self.detector, threshold), grid=grid)

    def detect_turned(self, image: Image, quarters: int) -> list[Face]:
        """Detect faces with the fast detector in the picture rotated anticlockwise by this number of quarter turns.

        Returns:
            Faces with boxes and poses in the unrotated picture.
        """
        side = max(self.grid.width, self.grid.height)
        small, times = halve_to_fit(image, side, side)
        faces, _ = self.grid.look(turned_image(small, quarters))
        return self._to_picture(image, faces, quarters, float(times))

    def detect_shrunk(self, image: Image, known: Sequence[Face] = ()) -> dict[int, list[Face]]:
        """Detect faces in the picture rotated by one, two and three quarter turns, in one pass over all three, reduced.

        Those that `keep_large` drops only indicate which rotation deserves a pass at full scale.

        Args:
            image: RGB uint8, shape (height, width, 3).
            known: upright faces, which are left out of the result.

        Returns:
            By quarter turns, faces with boxes and poses in the unrotated picture.
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
        turned: dict[int, list[Face]] = {quarters: [] for quarters in TURNS}
        for face in self.grid.look(canvas)[0]:
            for quarters, (x, y, scale) in placed.items():
                if x <= face.box.cx < x + width // 2 and y <= face.box.cy < y + height // 2:
                    box = Box(
                        (face.box.x - x) / scale, (face.box.y - y) / scale, face.box.w / scale, face.box.h / scale
                    )
                    turned[quarters].append(replace(face, box=box))
        return {
            quarters: self._to_picture(image, faces, quarters, float(times), known)
            for quarters, faces in turned.items()
        }

    def keep_large(self, image: Image, faces: list[Face], quarters: int) -> list[Face]:
        """Keep the faces that are large enough in the reduced pass over the picture rotated by these quarter turns."""
        height, width = image.shape[quarters % 2], image.shape[1 - quarters % 2]
        scale = SHRUNK * min(self.grid.width / width, self.grid.height / height)
        return [face for face in faces if face.box.size * scale >= MIN_SHRUNK_SIZE]

    def _to_picture(
        self, image: Image, faces: list[Face], quarters: int, times: float, known: Sequence[Face] = ()
    ) -> list[Face]:
        """Map faces from a picture that was reduced by `times` and rotated to the original picture, and add poses.

        Known faces are left out.
        """
        height, width = image.shape[:2]
        boxes = [Box(times * face.box.x, times * face.box.y, times * face.box.w, times * face.box.h) for face in faces]
        back = [turned_back(box, quarters, width, height).clip(width, height) for box in boxes]
        moved = [replace(face, box=box) for face, box in zip(faces, back, strict=True) if box.w >= 1 and box.h >= 1]
        new = [face for face in moved if not any(one_face(face, known_face) for known_face in known)]
        return with_poses(image, new, self.landmarks, quarters)

    def detect_any_way_up(self, image: Image) -> list[Face]:
        """Return the faces of a picture, whatever their rotation; at most one if the detector finds only one.

        A rotation gets a pass at full scale if the reduced pass found a face of any size in it that is not one of the
        upright faces; all rotations get one if there are no upright faces.
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
        """Merge as `merge_turned` does; of a single-face detector, keep one face, preferably with a certain pose."""
        merged = merge_turned(upright, turned)
        return sorted(merged, key=lambda face: lean(face, 0) == math.inf)[:1] if self.single else merged

    @property
    def single(self) -> bool:
        """Whether the detector finds at most one face per picture."""
        return isinstance(self.detector, FaceTracker)


def detect_any_way_up(detector: Detector, image: Image) -> list[Face]:
    """Detect the faces of an RGB uint8 picture, whatever their rotation if the detector supports that."""
    return detector.detect_any_way_up(image) if isinstance(detector, AnyWayUp) else detector.detect(image)


def with_threshold(detector: Detector, threshold: float) -> Detector:
    """Return the same detector, which may be an AnyWayUp, with another threshold."""
    return detector.at(threshold) if isinstance(detector, AnyWayUp) else detectors.with_threshold(detector, threshold)


EVERY_KNOWN, EVERY_UNKNOWN = 10, 2
"""Rotated pictures are evaluated in one of this many frames: while every face is known and confident; otherwise."""

FORGET = 15
"""Frames without a face after which a rotation is no longer evaluated."""


@dataclass(slots=True)
class Gaze:
    """Decides which rotations of a stream's frames to evaluate; one per stream, since it remembers recent detections.

    Each frame is evaluated unrotated and in the rotations in which faces were found just before. In one of several
    frames, a reduced pass over all three rotations looks for new rotated faces.
    """

    frames: int = 0
    seen: dict[int, int] = field(default_factory=dict)

    def detect(self, detector: Detector, image: Image) -> list[Face]:
        """Return the faces of the next frame.

        Args:
            detector: may change between frames; one that does not support rotated pictures just detects.
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
        merged = detector.merge(upright, turned)
        for quarters, faces in turned.items():
            if any(face in merged for face in faces):
                self.seen[quarters] = self.frames
        self.seen = {quarters: frame for quarters, frame in self.seen.items() if self.frames - frame < FORGET}
        return merged


def load_any_way_up(name: str, settings: ModelSettings) -> AnyWayUp:
    """Load a detector of the manifest that finds faces whatever their rotation.

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
