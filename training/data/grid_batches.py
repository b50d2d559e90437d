"""Training samples for FaceGrid: pictures with all their faces, zoomed, rotated, as mosaics; and without faces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.face import Box
from core.models.facegrid import letterbox
from training.data.batches import SeededBatches
from training.data.faces import Picture
from training.data.grid_targets import assign_targets
from training.data.photometric import draw_light, relight
from training.data.pictures import load_rgb
from training.data.scenes import Scene, affine_map, mosaic, place, quarters
from training.errors import NothingToLearnError

ALONE = 1.9
"""Side of the part shown of a picture in which only one face is labelled, in longer sides of that face."""

MOSAICS, EMPTY = 0.4, 0.15
"""Shares of samples that are mosaics of four pictures, and of pictures that show no face."""

FACES = (10.0, 260.0)
"""A picture is zoomed so that one of its faces has a size (geometric mean, pixels) in this range, log-uniform."""

COVER, MAX_ZOOM = 0.8, 4.0
"""Minimum share of its region that a zoomed picture fills in one direction, and the maximum zoom."""

TURNED, MAX_TURN = 0.35, 40.0
"""Share of pictures that are rotated, and the maximum rotation in degrees."""


def crop_around_face(scene: Scene) -> Scene:
    """Return the part of a picture around its one labelled face: others, further away, may not be labelled."""
    (box,) = scene.boxes
    height, width = scene.image.shape[:2]
    side = ALONE * max(box.w, box.h)
    part = Box.from_centre(box.cx, box.cy, side, side).clip(width, height)
    x0, y0, x1, y1 = round(part.x), round(part.y), round(part.x + part.w), round(part.y + part.h)
    return Scene(scene.image[y0:y1, x0:x1], (Box(box.x - x0, box.y - y0, box.w, box.h),), ())


def scene_of(picture: Picture) -> Scene:
    """Load a labelled picture as a scene."""
    scene = Scene(load_rgb(picture.path), picture.boxes, picture.ignored)
    return crop_around_face(scene) if picture.source == "helen" else scene


def as_batch(scenes: list[Scene]) -> tuple[Any, ...]:
    """Return (inputs, targets) for `fit`; inputs float32 RGB in [0, 255]."""
    height, width = scenes[0].image.shape[:2]
    targets = [assign_targets(scene.boxes, scene.ignored, width, height) for scene in scenes]
    pixels = np.stack([scene.image for scene in scenes]).astype(np.float32)
    return pixels, {"face": np.stack([face for face, _ in targets]), "box": np.stack([box for _, box in targets])}


class GridBatches(SeededBatches):
    """Random training batches. All pictures are held in memory (about 1.2 GB for the whole of `faces`).

    Args:
        pictures: with all their faces labelled, except Helen's.
        negatives: without a face.
        size: (width, height) of the samples, pixels.
        samples: per epoch.
    """

    def __init__(
        self,
        pictures: list[Picture],
        negatives: list[Path],
        size: tuple[int, int],
        samples: int,
        batch_size: int,
        seed: int,
    ) -> None:
        super().__init__(samples, batch_size, seed)
        self.width, self.height = size
        self.scenes = [scene_of(picture) for picture in pictures if picture.boxes]
        self.empty = [Scene(load_rgb(path), (), ()) for path in negatives]
        if not (self.scenes and self.empty):
            raise NothingToLearnError(
                f"expected pictures with and without faces; received {len(self.scenes)}, {len(self.empty)}"
            )

    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        return as_batch([self.sample(rng) for _, rng in draws])

    def sample(self, rng: np.random.Generator) -> Scene:
        """Return one scene with changed lighting."""
        if rng.random() < MOSAICS:
            middle = float(rng.uniform(0.3, 0.7)) * self.width, float(rng.uniform(0.3, 0.7)) * self.height
            regions = quarters(middle, self.width, self.height)
            scene = mosaic([self.random_scene(rng, region) for region in regions], regions)
        else:
            scene = self.random_scene(rng, Box(0, 0, self.width, self.height))
        return Scene(relight(scene.image, draw_light(rng, 0.8)), scene.boxes, scene.ignored)

    def random_scene(self, rng: np.random.Generator, region: Box) -> Scene:
        """Place a picture, zoomed, mirrored and rotated, in a region of an empty scene, with a face in it if any."""
        pool = self.empty if rng.random() < EMPTY else self.scenes
        scene = pool[rng.integers(len(pool))]
        height, width = scene.image.shape[:2]
        fits = min(region.w / width, region.h / height)
        degrees = float(rng.uniform(-MAX_TURN, MAX_TURN)) if rng.random() < TURNED else 0.0
        mirrored = bool(rng.random() < 0.5)
        destination = (
            region.x + float(rng.uniform(0.2, 0.8)) * region.w,
            region.y + float(rng.uniform(0.2, 0.8)) * region.h,
        )
        if scene.boxes:
            face = scene.boxes[rng.integers(len(scene.boxes))]
            wanted_size = float(np.exp(rng.uniform(*np.log(FACES))))
            scale = min(wanted_size, 0.9 * min(region.w, region.h)) / max(face.size, 1.0)
            source = face.cx, face.cy
        else:
            scale = float(np.exp(rng.uniform(*np.log((1.0, 2.5))))) * fits
            source = width / 2, height / 2
        zoom = min(max(scale, COVER * fits), MAX_ZOOM)
        matrix = affine_map(zoom, degrees, mirrored, source, destination)
        return place(scene, matrix, region, self.width, self.height)


class GridViews(SeededBatches):
    """Fixed, unaugmented validation views: whole pictures with all their faces labelled, and pictures without faces."""

    def __init__(self, pictures: list[Picture], negatives: list[Path], size: tuple[int, int], batch_size: int) -> None:
        scenes = [scene_of(picture) for picture in pictures] + [Scene(load_rgb(path), (), ()) for path in negatives]
        self.views = [letterbox_scene(scene, *size) for scene in scenes]
        super().__init__(len(self.views), batch_size, seed=0)

    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        return as_batch([self.views[number] for number, _ in draws])


def letterbox_scene(scene: Scene, width: int, height: int) -> Scene:
    """Letterbox a scene as the detector does."""
    image, scale = letterbox(scene.image, width, height)

    def scaled(boxes: tuple[Box, ...]) -> tuple[Box, ...]:
        return tuple(Box(box.x * scale, box.y * scale, box.w * scale, box.h * scale) for box in boxes)

    return Scene(image, scaled(scene.boxes), scaled(scene.ignored))
