"""Why a face has no rating, in a word or two: what is drawn at it, and stands in lists."""

from __future__ import annotations

from core.guard import CHECKING, MAY_BE_MINOR, TOO_SMALL, TURNED_AWAY
from webapp.i18n import N_, say

REFUSALS = {
    MAY_BE_MINOR: N_("may be under 18"),
    TOO_SMALL: N_("too small"),
    TURNED_AWAY: N_("turned away"),
    CHECKING: N_("checking"),
}
"""By the guard's reason."""


def refusals(language: str) -> dict[str, str]:
    """What to say for each reason, in a language."""
    return {reason: say(language, text) for reason, text in REFUSALS.items()}
