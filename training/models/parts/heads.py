"""The heads of rating networks: one sigmoid output, or one per panel."""

from __future__ import annotations

from typing import Any

from training.models.parts.lazy_keras import layers

PANEL_HEAD = "ratings"
"""Name of the last layer of a network with one output per panel."""


def rating_head(features: Any, dropout: float) -> Any:
    """Map (n, h, w, c) feature maps to a rating (n, 1) in (0, 1); rating on the panel's scale = 1 + 4 x output."""
    x = layers.GlobalAveragePooling2D(name="pool")(features)
    x = layers.Dropout(dropout, name="dropout")(x)
    return layers.Dense(1, activation="sigmoid", dtype="float32", name="rating")(x)


def panel_heads(pooled: Any, dropout: float, panels: int) -> Any:
    """Map pooled features (n, c) to one output per panel, (n, panels) in (0, 1), the range of the panel's scale."""
    x = layers.Dropout(dropout, name="dropout")(pooled)
    return layers.Dense(panels, activation="sigmoid", dtype="float32", name=PANEL_HEAD)(x)
