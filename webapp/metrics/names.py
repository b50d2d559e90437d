"""Display names for the names in reports."""

from __future__ import annotations

from core.evaluation.guard_schemas import SET_TITLES
from core.evaluation.schemas import Load
from webapp.common.i18n import N_, _, ngettext

NAMES = SET_TITLES | {
    "AF": N_("Asian women"),
    "AM": N_("Asian men"),
    "CF": N_("Caucasian women"),
    "CM": N_("Caucasian men"),
    "internet": N_("internet"),
    "lab": N_("laboratory"),
    "Black": N_("Black"),
    "East Asian": N_("East Asian"),
    "Indian": N_("Indian"),
    "Latino_Hispanic": N_("Latino or Hispanic"),
    "Middle Eastern": N_("Middle Eastern"),
    "Southeast Asian": N_("Southeast Asian"),
    "White": N_("White"),
    "Asian": N_("Asian"),
    "other": N_("other"),
    "Female": N_("women"),
    "Male": N_("men"),
    "female": N_("women"),
    "male": N_("men"),
    "fddb": "FDDB",
    "wider": "WIDER FACE",
    "helen": "Helen",
    "below 16": N_("below 16"),
    "16 to 32": N_("16 to 32"),
    "32 to 96": N_("32 to 96"),
    "96 and more": N_("96 and more"),
    "16 and 17": N_("16 and 17"),
    "21 to 24": N_("21 to 24"),
    "25 to 29": N_("25 to 29"),
    "30 and over": N_("30 and over"),
    "upright": N_("upright"),
    "leaning by 10 degrees": N_("tilted by 10 degrees"),
    "leaning by 20 degrees": N_("tilted by 20 degrees"),
    "leaning by 30 degrees": N_("tilted by 30 degrees"),
    "leaning by 40 degrees": N_("tilted by 40 degrees"),
    "leaning by 65 degrees": N_("tilted by 65 degrees"),
    "lying on a side": N_("lying on one side"),
    "hanging at 135 degrees": N_("tilted by 135 degrees"),
    "upside down": N_("upside down"),
    "half of the frame's height": N_("half the height of the frame"),
    "as high as the frame": N_("as tall as the frame"),
    "higher than the frame": N_("taller than the frame"),
    "a fifth out of the frame": N_("one fifth outside the frame"),
    "two fifths out of the frame": N_("two fifths outside the frame"),
    "exact": N_("both together"),
    "as it is": N_("as it is"),
    "every kind": N_("every kind"),
    "grey": N_("grey"),
    "old print": N_("old print"),
    "scan": N_("scan"),
    "small": N_("small"),
    "compressed": N_("compressed"),
    "probability": N_("Probability of being under 18"),
    "expected_age": N_("Expected age"),
    "echo": N_("Plain echo, no model"),
    "fairest": "Fairest",
    "simplest": N_("Simplest pipeline, same networks"),
    "simplest-seed": N_("Simplest pipeline, FaceTracker + seed"),
    "resize": N_("Resize the picture"),
    "detect": N_("Detect the faces"),
    "pose": N_("Estimate the head rotation"),
    "guard": N_("Estimate the age"),
    "classify": N_("Rate the face"),
    "draw": N_("Draw"),
    "whole": N_("One picture, all stages"),
    "live": N_("Live frame, one known face"),
    "live, two faces": N_("Live frame, two known faces"),
    "core (LiteRT int8)": N_("Fairest (LiteRT, int8)"),
    "core, again": N_("Fairest, repeated at the end"),
}
"""By the name in a report; others, such as photo sources, are shown unchanged."""


def display_name(name: str) -> str:
    """Return the display name for a name in a report, in the viewer's language."""
    return _(NAMES[name]) if name in NAMES else name


def load_name(load: Load) -> str:
    """Describe a load: number of viewers, video format and duration."""
    viewers = ngettext("{n} viewer", "{n} viewers", load.viewers).format(n=load.viewers)
    width, height = load.size
    return _("{viewers}: {width} × {height}, {fps} fps, {seconds:.0f} s").format(
        viewers=viewers, width=width, height=height, fps=load.fps, seconds=load.seconds
    )
