from __future__ import annotations

import pytest

from webapp.auth.tokens import LIFE, SessionTokens, token_end

NOW = 1_800_000_000.5
SECRET = "s" * 32


@pytest.fixture
def tokens() -> SessionTokens:
    return SessionTokens(SECRET, "test")


def test_a_token_is_good_for_twelve_hours(tokens: SessionTokens) -> None:
    text = tokens.issue(NOW)
    assert LIFE == 12 * 3600
    assert tokens.read(text, NOW + LIFE - 1)
    assert tokens.read(text, NOW + LIFE) is None


def test_a_good_token_says_when_it_ends_and_nothing_else_does(tokens: SessionTokens) -> None:
    assert token_end(tokens.issue(NOW)) == int(NOW) + LIFE
    for text in ("", "~", "name", "name~", "name~later.x", "name~-5.x", f"name~{'9' * 5000}.x"):
        assert token_end(text) is None


def test_no_two_are_the_same(tokens: SessionTokens) -> None:
    assert tokens.issue(NOW) != tokens.issue(NOW)


def test_what_was_changed_is_no_token(tokens: SessionTokens) -> None:
    text = tokens.issue(NOW)
    value, signature = text.rsplit(".", 1)
    name, until = value.rsplit("~", 1)
    longer = f"{name}~{int(until) + 1}.{signature}"
    for invalid in (None, "", "x", ".", value, longer, text[:-1], f"{text}x", "é", "a~b.c"):
        assert tokens.read(invalid, NOW) is None
    assert tokens.read(text, NOW)


def test_it_is_good_where_secret_and_purpose_are_the_same(tokens: SessionTokens) -> None:
    text = tokens.issue(NOW)
    assert SessionTokens(SECRET, "test").read(text, NOW)
    assert SessionTokens(SECRET, "other").read(text, NOW) is None
    assert SessionTokens("t" * 32, "test").read(text, NOW) is None


def test_one_that_was_revoked_is_good_no_more(tokens: SessionTokens) -> None:
    first, second = tokens.issue(NOW), tokens.issue(NOW)
    token = tokens.read(first, NOW)
    assert token
    tokens.revoke(token, NOW)
    assert tokens.read(first, NOW) is None
    assert tokens.read(second, NOW)


def test_those_revoked_are_remembered_until_they_would_expire_anyway(tokens: SessionTokens) -> None:
    for start in (NOW, NOW + LIFE + 1):
        token = tokens.read(tokens.issue(start), start)
        assert token
        tokens.revoke(token, start)
    assert len(tokens._revoked) == 1
