"""Names and explanations of the models' scores."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from core.percent import percent
from webapp.common.i18n import N_, _

SHARE: Callable[[float], str] = functools.partial(percent, digits=1)
ONE_DECIMAL: Callable[[float], str] = "{:.1f}".format
THREE_DECIMALS: Callable[[float], str] = "{:.3f}".format
"""How values are written."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score's name and meaning, both marked for the catalogue, and how its value is written."""

    name: str
    meaning: str
    write: Callable[[float], str] = THREE_DECIMALS


SCORES = {
    "mean_iou": Score(
        N_("Mean IoU"), N_("Overlap of the predicted bounding box with the true one, on test pictures with one face.")
    ),
    "iou_50": Score(
        N_("IoU 0.5 or more"),
        N_("Share of these pictures on which the two boxes have an IoU of at least 0.5."),
        SHARE,
    ),
    "face_or_not": Score(
        N_("Face or not"), N_("Share of pictures, with and without a face, that are classified correctly."), SHARE
    ),
    "ap_fddb": Score(
        N_("AP on FDDB"),
        N_("Average precision at IoU 0.5: 1 if every face is found, with higher confidence than any false detection."),
    ),
    "ap_wider": Score(N_("AP on WIDER FACE"), N_("The same on pictures of crowds, with faces down to a few pixels.")),
    "recall": Score(N_("Recall"), N_("Share of the labelled faces that are found."), SHARE),
    "pearson": Score(
        N_("Pearson"), N_("Correlation between predicted and true ratings on faces not used in training; 1 is perfect.")
    ),
    "mae": Score(N_("Mean error"), N_("Mean absolute error of the rating, on the scale of 1 to 5.")),
    "rmse": Score(N_("RMSE"), N_("Root mean squared error of the rating.")),
    "auc": Score(
        N_("AUC"),
        N_("Probability that, of two faces on opposite sides of the median, the one above it gets the higher rating."),
    ),
    "accuracy": Score(
        N_("Accuracy"), N_("Share of faces predicted on the correct side of the training median."), SHARE
    ),
    "years_off": Score(N_("Age error, years"), N_("Mean absolute error of the estimated age."), ONE_DECIMAL),
    "minors_refused": Score(N_("Minors refused"), N_("Share of people under 18 who are not rated."), SHARE),
    "grown_ups_refused": Score(
        N_("Adults refused"), N_("Share of people aged 30 and over who are wrongly not rated."), SHARE
    ),
    "youngest_passed": Score(
        N_("Youngest passed"),
        N_("The estimated age, in years, below which 1 in 100 of the faces that pass lies."),
        ONE_DECIMAL,
    ),
    "told": Score(N_("Landmarks found"), N_("Share of faces, rotated by any angle, whose landmarks are found."), SHARE),
    "nothing_told": Score(
        N_("False landmarks"), N_("Share of pictures without a face in which landmarks are found all the same."), SHARE
    ),
    "roll_off": Score(
        N_("Angle error, degrees"), N_("Median error of the estimated roll angle, in degrees."), ONE_DECIMAL
    ),
    "points_off": Score(
        N_("Landmark error"), N_("Mean distance of the landmarks from the true ones, in units of the eye distance.")
    ),
    "ece": Score(
        N_("Calibration error"), N_("Average difference between the label's probability and how often it is correct.")
    ),
}
"""By the name in the manifest."""


def heading(name: str) -> str:
    """Return a score's display name, or its name in the manifest if there is none."""
    return _(SCORES[name].name) if name in SCORES else name


def formatted(name: str, value: float) -> str:
    """Return a score's value as text: a share in per cent, others with the decimals that matter."""
    write = SCORES[name].write if name in SCORES else THREE_DECIMALS
    return write(value)


def meaning(name: str) -> str | None:
    """Return a score's explanation, or None."""
    return _(SCORES[name].meaning) if name in SCORES else None


def score_tiles(scores: Mapping[str, float]) -> None:
    """Show scores as tiles, as many in a row as fit."""
    with st.container(horizontal=True):
        for name, value in scores.items():
            st.metric(heading(name), formatted(name, value), help=meaning(name), width="content")
