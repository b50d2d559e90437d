"""Short texts for why a face has no rating, as drawn next to it and shown in lists."""

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
"""Keyed by the kind of the guard's reason (core.models.age_guard.kind_of)."""


def reword(reason: str, texts: Mapping[str, str], translate: Callable[[str], str]) -> str:
    """Return a page's text for a reason.

    Args:
        reason: the guard's reason.
        texts: text by kind; without one, the reason itself is returned.
        translate: translates into the viewer's language.
    """
    kind = kind_of(reason)
    return translate(texts[kind]).format(age=reason.rpartition(" ")[2]) if kind in texts else reason


def refusals(language: str, min_age: int) -> dict[str, str]:
    """Return the text for every possible reason in a language. min_age: years, from the settings."""
    reasons = [kind for kind in REFUSALS if kind != LOOKS_YOUNGER]
    if min_age > ADULT:
        reasons.append(looks_younger(min_age))
    return {reason: reword(reason, REFUSALS, lambda text: say(language, text)) for reason in reasons}
