"""Degrade crops like old prints, scans and small files: grey, faded, soft, grainy, small, coarsely compressed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from core.images.crop import Image

SEPIA = (1.07, 1.0, 0.82)
"""Colour of grey in a browned print: factors of red, green and blue."""


@dataclass(frozen=True, slots=True)
class Wear:
    """Degradations of a picture.

    colour: share of the colour that is left; brown: share of the way from there to sepia. fade: how far black is raised
    towards the paper's white, and white lowered. sharp: resolution along a side before upscaling, as a share. blur:
    standard deviation, pixels. grain: of the noise, 0 to 255. quality: of JPEG, 0 for no compression.
    """

    colour: float = 1.0
    brown: float = 0.0
    fade: float = 0.0
    sharp: float = 1.0
    blur: float = 0.0
    grain: float = 0.0
    quality: int = 0

    def scaled(self, factor: float) -> Wear:
        """Return the same degradations for a picture with `factor` times as many pixels along the crop's side."""
        return replace(self, sharp=min(self.sharp / factor, 1.0), blur=self.blur * factor)


KIND_SIDE = 128
"""Side of the crops for which KINDS is defined, pixels."""

KINDS = {
    "as it is": Wear(),
    "grey": Wear(colour=0.0),
    "old print": Wear(colour=0.15, brown=0.8, fade=0.3, blur=0.8, grain=8.0),
    "scan": Wear(colour=0.6, fade=0.2, blur=1.2, grain=5.0, quality=50),
    "small": Wear(sharp=0.375),
    "compressed": Wear(quality=20),
}
"""Kinds of picture on which the guard's threshold must hold."""


def draw_wear(rng: np.random.Generator) -> Wear:
    """Draw random degradations; each is present in about half of the draws."""

    def maybe(share: float, low: float, high: float) -> float:
        return float(rng.uniform(low, high)) if rng.random() < share else 0.0

    return Wear(
        colour=1.0 - maybe(0.6, 0.3, 1.0) if rng.random() < 0.7 else 0.0,
        brown=maybe(0.4, 0.2, 1.0),
        fade=maybe(0.5, 0.05, 0.45),
        sharp=1.0 - maybe(0.4, 0.2, 0.78),
        blur=maybe(0.5, 0.3, 1.6),
        grain=maybe(0.5, 2, 14),
        quality=round(maybe(0.5, 12, 70)),
    )


def draw_kind(rng: np.random.Generator, side: int) -> Wear:
    """Draw one of KINDS uniformly, except the one without degradation. side: of the crop, pixels."""
    kinds = [kind for kind in KINDS.values() if kind != Wear()]
    return kinds[int(rng.integers(len(kinds)))].scaled(side / KIND_SIDE)


def wear(rng: np.random.Generator, image: Image, degradation: Wear) -> Image:
    """Return a degraded copy of a crop, RGB uint8 (height, width, 3). rng: draws the grain."""
    out = image
    height, width = image.shape[:2]
    if degradation.sharp < 1:
        small = max(1, round(width * degradation.sharp)), max(1, round(height * degradation.sharp))
        out = cv2.resize(cv2.resize(out, small, interpolation=cv2.INTER_AREA), (width, height))
    if degradation.blur:
        out = cv2.GaussianBlur(out, (0, 0), degradation.blur)
    light = out.astype(np.float32)
    if degradation.colour < 1 or degradation.brown:
        grey = cv2.cvtColor(out, cv2.COLOR_RGB2GRAY)[..., np.newaxis].astype(np.float32)
        light = degradation.colour * light + (1 - degradation.colour) * grey
        light = (1 - degradation.brown) * light + degradation.brown * grey * np.array(SEPIA, np.float32)
    if degradation.fade:
        light = light * (1 - degradation.fade) + 255 * degradation.fade * 0.55
    if degradation.grain:
        light += rng.normal(0, degradation.grain, (height, width, 1)).astype(np.float32)
    worn = np.clip(light, 0, 255).astype(np.uint8)
    if degradation.quality:
        _, coded = cv2.imencode(".jpg", worn[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, degradation.quality])
        worn = np.ascontiguousarray(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))[..., ::-1])
    return worn
