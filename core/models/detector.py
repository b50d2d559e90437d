"""Detectors: find the faces in a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np

from core.errors import UnknownModelError
from core.face import Box, Face
from core.images.crop import Image, crop, snap_to_pixels, whole_window
from core.models.facegrid import FaceGrid, FineFaceGrid
from core.models.litert import LiteRTModel, Runtime
from core.models.manifest import ModelCard, load_manifest, verified_path
from core.models.preprocess import PREPROCESSING
from core.settings import ModelSettings


class Detector(Protocol):
    """Finds faces."""

    @property
    def name(self) -> str:
        """The model's name in the manifest."""
        ...

    def detect(self, image: Image) -> list[Face]:
        """Return the faces of an RGB uint8 picture (height, width, 3), most confident first; boxes are clipped."""
        ...


CLOSER_BELOW = 0.25
"""If a box's longer side is a smaller share of the window than this, a second, closer crop is evaluated."""

CLOSER_SHARE = 0.5
"""The share of the second window that the first box fills."""


@dataclass(frozen=True, slots=True)
class FaceTracker:
    """VGG16 with two heads: at most one face per picture.

    The whole picture is letterboxed to the network's input size. If the face is small, a closer crop is evaluated as
    well: the network localises a larger face more precisely, and false positives become apparent. The detection is then
    the mean of both passes.
    """

    model: Runtime
    card: ModelCard
    closer_below: float = CLOSER_BELOW

    @property
    def name(self) -> str:
        """The model's name in the manifest."""
        return self.card.name

    def detect(self, image: Image) -> list[Face]:
        """Return at most one face."""
        height, width = image.shape[:2]
        detection, box = self.find(image)
        box = box.clip(width, height)
        seen = detection >= self.card.threshold and box.w >= 1 and box.h >= 1
        return [Face(box=box, detection=detection)] if seen else []

    def find(self, image: Image) -> tuple[float, Box]:
        """Return detection and unclipped box (pixels of the picture) of the most likely face, however unlikely."""
        window = snap_to_pixels(whole_window(image.shape[1], image.shape[0]))
        detection, box = self.look(image, window)
        longer = max(box.w, box.h)
        if longer >= self.closer_below * window.w:
            return detection, box
        side = max(longer / CLOSER_SHARE, 1.0)
        closer_detection, closer_box = self.look(image, snap_to_pixels(Box.from_centre(box.cx, box.cy, side, side)))
        return (detection + closer_detection) / 2, closer_box if closer_detection >= detection / 2 else box

    def look(self, image: Image, window: Box) -> tuple[float, Box]:
        """Run the network on a window; return detection and unclipped box (pixels of the picture)."""
        pixels = PREPROCESSING[self.card.preprocessing](crop(image, window, self.card.side))
        outputs = self.model(pixels)
        cx, cy, w, h = (float(value) * window.w for value in outputs["box"])
        box = Box.from_centre(window.x + cx, window.y + cy, w, h)
        return float(np.clip(outputs["face"][0], 0.0, 1.0)), box


def with_threshold(detector: Detector, threshold: float) -> Detector:
    """Return the same detector with another threshold.

    Raises:
        TypeError: it is not one of this module's detectors.
    """
    if isinstance(detector, FineFaceGrid):
        coarse, fine = (_with(grid, threshold) for grid in (detector.coarse, detector.fine))
        return FineFaceGrid(coarse, fine)
    if isinstance(detector, FaceGrid):
        return _with(detector, threshold)
    if isinstance(detector, FaceTracker):
        return _with(detector, threshold)
    raise TypeError(f"expected a detector of ours; received {detector!r}")


Single = TypeVar("Single", FaceGrid, FaceTracker)


def _with(detector: Single, threshold: float) -> Single:
    return replace(detector, card=detector.card.model_copy(update={"threshold": threshold}))


COARSE = "facegrid"
"""The detector that the fine one also runs."""


def fine_facegrid(model: Runtime, card: ModelCard, settings: ModelSettings) -> FineFaceGrid:
    """Combine a fine network with the manifest's coarse detector; both use the fine one's threshold."""
    coarse = load_manifest(settings.weights_dir).network(COARSE, "detector")
    runs = LiteRTModel(verified_path(settings.weights_dir, coarse), settings.threads)
    return FineFaceGrid(_with(FaceGrid(runs, coarse), card.threshold), FaceGrid(model, card))


BUILDERS: dict[str, Callable[[Runtime, ModelCard, ModelSettings], Detector]] = {
    "facegrid": lambda model, card, _: FaceGrid(model, card),
    "facegrid_fine": fine_facegrid,
    "facetracker": lambda model, card, _: FaceTracker(model, card),
}


def load_detector(name: str, settings: ModelSettings) -> Detector:
    """Load a detector of the manifest, ready to run.

    Raises:
        UnknownModelError: there is no such detector. WeightsError: its file is missing or damaged.
    """
    card = load_manifest(settings.weights_dir).network(name, "detector")
    if name not in BUILDERS:
        raise UnknownModelError(
            "expected a {kind} among {known}; received {name}.",
            kind="detector",
            known=", ".join(BUILDERS),
            name=repr(name),
        )
    return BUILDERS[name](LiteRTModel(verified_path(settings.weights_dir, card), settings.threads), card, settings)
