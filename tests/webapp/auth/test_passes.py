from __future__ import annotations

import pytest

from webapp.auth.passes import LIFE, Passes

NOW = 1_800_000_000.5
SECRET = "s" * 32


@pytest.fixture
def passes() -> Passes:
    return Passes(SECRET, "test")


def test_a_pass_is_good_for_twelve_hours(passes: Passes) -> None:
    text = passes.issue(NOW)
    assert LIFE == 12 * 3600
    assert passes.read(text, NOW + LIFE - 1)
    assert passes.read(text, NOW + LIFE) is None


def test_no_two_are_the_same(passes: Passes) -> None:
    assert passes.issue(NOW) != passes.issue(NOW)


def test_what_was_changed_is_no_pass(passes: Passes) -> None:
    text = passes.issue(NOW)
    value, signature = text.rsplit(".", 1)
    name, until = value.rsplit("~", 1)
    longer = f"{name}~{int(until) + 1}.{signature}"
    for other in (None, "", "x", ".", value, longer, text[:-1], f"{text}x", "é", "a~b.c"):
        assert passes.read(other, NOW) is None
    assert passes.read(text, NOW)


def test_it_is_good_where_secret_and_purpose_are_the_same(passes: Passes) -> None:
    text = passes.issue(NOW)
    assert Passes(SECRET, "test").read(text, NOW)
    assert Passes(SECRET, "other").read(text, NOW) is None
    assert Passes("t" * 32, "test").read(text, NOW) is None


def test_one_that_was_handed_back_is_good_no_more(passes: Passes) -> None:
    first, second = passes.issue(NOW), passes.issue(NOW)
    held = passes.read(first, NOW)
    assert held
    passes.hand_back(held, NOW)
    assert passes.read(first, NOW) is None
    assert passes.read(second, NOW)


def test_those_handed_back_are_remembered_until_they_would_be_over_anyway(passes: Passes) -> None:
    for start in (NOW, NOW + LIFE + 1):
        held = passes.read(passes.issue(start), start)
        assert held
        passes.hand_back(held, start)
    assert len(passes._returned) == 1
