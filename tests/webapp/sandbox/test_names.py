from __future__ import annotations

import pytest

from webapp.sandbox.names import LONGEST, UNNAMED, shown_name


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("me.jpg", "me.jpg"),
        ("a/b/me.jpg", "me.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\me.jpg", "me.jpg"),
        ("/me.jpg/", "me.jpg"),
        ("  a \t b\n.jpg", "a b .jpg"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("nul\0l\x07.jpg", "null.jpg"),
        ("\ud800.jpg", ".jpg"),
        ("снимок é.jpg", "снимок é.jpg"),
        ("", UNNAMED),
        ("..", UNNAMED),
        ("a/..", UNNAMED),
        ("\0\0", UNNAMED),
    ],
)
def test_names_are_shown_without_folders_or_control_characters(given: str, shown: str) -> None:
    assert shown_name(given) == shown


@pytest.mark.parametrize("given", ["x" * 500 + ".jpg", "x" * 500, "x." + "y" * 500])
def test_long_names_are_cut(given: str) -> None:
    shown = shown_name(given)
    assert len(shown) == LONGEST
    assert "…" in shown


def test_a_cut_name_keeps_its_ending() -> None:
    assert shown_name("x" * 500 + ".jpg").endswith("x….jpg")


def test_a_name_that_was_shown_stays_as_it_is() -> None:
    for name in ("x" * 500 + ".jpg", "a/b.jpg", "..", " a  b "):
        assert shown_name(shown_name(name)) == shown_name(name)
