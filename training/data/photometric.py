"""Colour and sharpness changes of a training crop: pure functions, separate from the draw of their strength."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True, slots=True)
class Light:
    """A photometric change of one crop.

    contrast and brightness: out = in * contrast + 255 * brightness. gamma: exponent on [0, 1]. shift: added to each
    channel, 0 to 255 scale. grey: remove the colour. blur: keep 1/blur of the resolution (1 keeps all).
    """

    contrast: float = 1.0
    brightness: float = 0.0
    gamma: float = 1.0
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    grey: bool = False
    blur: float = 1.0


def draw_light(rng: np.random.Generator, strength: float) -> Light:
    """Draw a random change; strength 0 changes nothing, 1 is a webcam at night against one at noon."""
    return Light(
        contrast=float(np.exp(rng.uniform(-0.45, 0.45) * strength)),
        brightness=float(rng.uniform(-0.15, 0.15) * strength),
        gamma=float(np.exp(rng.uniform(-0.5, 0.5) * strength)),
        shift=tuple((rng.uniform(-22, 22, 3) * strength).tolist()),
        grey=bool(rng.random() < 0.12 * strength),
        blur=float(rng.uniform(1.0, 3.0)) if rng.random() < 0.25 * strength else 1.0,
    )


def relight(image: np.ndarray, light: Light) -> np.ndarray:
    """Apply a change to an RGB uint8 picture; returns a new one of the same shape."""
    ramp = np.linspace(0.0, 1.0, 256, dtype=np.float32) ** light.gamma
    ramp = (ramp - 0.5) * light.contrast + 0.5 + light.brightness
    table = np.clip(ramp[:, None] * 255 + np.asarray(light.shift, np.float32), 0, 255).astype(np.uint8)
    out = cv2.LUT(image, table.reshape(1, 256, 3))
    if light.grey:
        out = cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if light.blur > 1.0:
        height, width = out.shape[:2]
        small = cv2.resize(
            out, (max(1, int(width / light.blur)), max(1, int(height / light.blur))), interpolation=cv2.INTER_AREA
        )
        out = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return out


def rotate(image: np.ndarray, centre: tuple[float, float], degrees: float, fill: tuple[int, int, int]) -> np.ndarray:
    """Rotate a picture around a point (pixels), anticlockwise; the outside gets the fill colour."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D(centre, degrees, 1.0)
    return cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=fill)
