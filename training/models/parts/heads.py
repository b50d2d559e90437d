"""The heads of rating networks: one sigmoid output, or one per panel."""

from __future__ import annotations

from typing import Any

from training.models.parts.lazy_keras import keras, layers

PANEL_HEAD = "ratings"
"""Name of the dense layer of a network with outputs for panels."""

THRESHOLDS = 40
"""Ratings that a panel's outputs compare a face with: the middles of as many equal parts of its scale."""


def rating_head(features: Any, dropout: float) -> Any:
    """Map (n, h, w, c) feature maps to a rating (n, 1) in (0, 1); rating on the panel's scale = 1 + 4 x output."""
    x = layers.GlobalAveragePooling2D(name="pool")(features)
    x = layers.Dropout(dropout, name="dropout")(x)
    return layers.Dense(1, activation="sigmoid", dtype="float32", name="rating")(x)


def panel_heads(pooled: Any, dropout: float, panels: int) -> Any:
    """Map pooled features (n, c) to the probability that each panel's rating lies above each threshold.

    Niu et al., "Ordinal regression with multiple output CNN for age estimation", CVPR 2016.

    Returns:
        (n, panels, THRESHOLDS) in (0, 1). Their mean over the thresholds is the rating, in shares of the panel's scale.
    """
    x = layers.Dropout(dropout, name="dropout")(pooled)
    x = layers.Dense(panels * THRESHOLDS, activation="sigmoid", dtype="float32", name=PANEL_HEAD)(x)
    return layers.Reshape((panels, THRESHOLDS), dtype="float32", name="above")(x)


def panel_ratings(model: keras.Model) -> keras.Model:
    """Return the network to export: one output per panel, (n, panels) in (0, 1), the mean over its thresholds."""
    mean = layers.GlobalAveragePooling1D(data_format="channels_first", dtype="float32", name="mean")
    return keras.Model(model.input, mean(model.output), name=model.name)
