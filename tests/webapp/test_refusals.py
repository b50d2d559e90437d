from __future__ import annotations

from core.guard import CHECKING, MAY_BE_MINOR, TOO_SMALL, TURNED_AWAY
from webapp.refusals import refusals


def test_every_reason_of_the_guard_has_its_words() -> None:
    assert set(refusals("en")) == {MAY_BE_MINOR, TOO_SMALL, TURNED_AWAY, CHECKING}
    assert refusals("en")[TOO_SMALL] == "too small"


def test_in_the_viewers_language() -> None:
    assert refusals("ru")[TOO_SMALL] == "слишком мелкое"
