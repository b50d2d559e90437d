"""The preprocessing of a network's input, by its name in the manifest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_CAFFE_MEAN = np.array([103.939, 116.779, 123.68], np.float32)


def _caffe(pixels: np.ndarray) -> np.ndarray:
    return pixels[..., ::-1].astype(np.float32) - _CAFFE_MEAN


def _unit(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float32) * np.float32(1 / 255)


IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Mean and standard deviation of ImageNet, for RGB in [0, 1]."""

_IMAGENET_SCALE = (1 / (255 * np.array(IMAGENET_STD))).astype(np.float32)
_IMAGENET_SHIFT = (-np.array(IMAGENET_MEAN) / np.array(IMAGENET_STD)).astype(np.float32)


def _imagenet(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(pixels.astype(np.float32) * _IMAGENET_SCALE + _IMAGENET_SHIFT)


def _pixels(pixels: np.ndarray) -> np.ndarray:
    return pixels


PREPROCESSING: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "caffe": _caffe,
    "unit": _unit,
    "imagenet": _imagenet,
    "pixels": _pixels,
}
"""caffe: BGR minus the ImageNet mean. unit: RGB in [0, 1]. imagenet: RGB normalised by ImageNet's mean and standard
deviation. pixels: unchanged, the network does the rest. RGB uint8 (..., 3) in, float32 of the same shape out, but uint8
for pixels."""
