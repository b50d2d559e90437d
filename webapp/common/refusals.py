"""Why a face has no rating, in a word or two: what is drawn at it, and stands in lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.models.age_guard import CHECKING, LOOKS_YOUNGER, MAY_BE_MINOR, TOO_SMALL, TURNED_AWAY, kind_of, looks_younger
from core.settings import ADULT
from webapp.common.i18n import N_, say

REFUSALS = {
    MAY_BE_MINOR: N_("may be under 18"),
    TOO_SMALL: N_("too small"),
    TURNED_AWAY: N_("turned away"),
    LOOKS_YOUNGER: N_("looks younger than {age}"),
    CHECKING: N_("checking"),
}
"""By the kind of the guard's reason (core.models.age_guard.kind_of)."""


def reword(reason: str, texts: Mapping[str, str], translate: Callable[[str], str]) -> str:
    """What a page says for a reason.

    Args:
        reason: the guard's.
        texts: by kind; the reason itself is said where there is none.
        translate: into the viewer's language.
    """
    kind = kind_of(reason)
    return translate(texts[kind]).format(age=reason.rpartition(" ")[2]) if kind in texts else reason


def refusals(language: str, min_age: int) -> dict[str, str]:
    """What to say for each reason that there can be, in a language; min_age: years, of the settings."""
    reasons = [kind for kind in REFUSALS if kind != LOOKS_YOUNGER]
    if min_age > ADULT:
        reasons.append(looks_younger(min_age))
    return {reason: reword(reason, REFUSALS, lambda text: say(language, text)) for reason in reasons}
