from __future__ import annotations

import pytest

from core.models.age_guard import CHECKING, LOOKS_YOUNGER, MAY_BE_MINOR, TOO_SMALL, TURNED_AWAY, kind_of, looks_younger
from webapp.common.refusals import REFUSALS, refusals, reword
from webapp.live.player.texts import ADVICE


def test_every_reason_of_the_guard_has_its_words() -> None:
    assert set(refusals("en", 18)) == {MAY_BE_MINOR, TOO_SMALL, TURNED_AWAY, CHECKING}
    assert refusals("en", 18)[TOO_SMALL] == "too small"
    assert set(REFUSALS) == set(ADVICE) == {*refusals("en", 18), LOOKS_YOUNGER}


def test_in_the_viewers_language() -> None:
    assert refusals("ru", 18)[TOO_SMALL] == "слишком мелкое"


@pytest.mark.parametrize(("language", "text"), [("en", "looks younger than 30"), ("ru", "выглядит моложе 30")])
def test_the_operators_age_is_in_its_reason(language: str, text: str) -> None:
    assert refusals(language, 30)[looks_younger(30)] == text


@pytest.mark.parametrize("texts", [REFUSALS, ADVICE])
def test_whatever_the_age_its_reason_has_words(texts: dict[str, str]) -> None:
    for age in (19, 30, 120):
        assert reword(looks_younger(age), texts, str) == f"looks younger than {age}"
    assert kind_of(looks_younger(30)) in texts


def test_a_reason_that_nobody_knows_is_said_as_it_is() -> None:
    assert reword("veiled", REFUSALS, str.upper) == "veiled"
