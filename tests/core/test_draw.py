from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.draw import ABOVE, BELOW, PLAIN, caption, draw
from core.face import Box, Face

IMAGE = np.full((480, 640, 3), 90, np.uint8)
BOX = Box(200, 150, 150, 200)
RATED = Face(BOX, 0.9, 3.44, "Sexy", 0.81, 30)


def has(picture: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((picture == colour).all(axis=2).any())


@pytest.mark.parametrize(
    ("face", "text"),
    [
        (RATED, "Sexy 3.4 (81 %)"),
        (Face(BOX, 0.9, refused="may be under 18"), "may be under 18"),
        (Face(BOX, 0.9), ""),
    ],
)
def test_caption(face: Face, text: str) -> None:
    assert caption(face) == text


@pytest.mark.parametrize(
    ("face", "text"),
    [
        (RATED, "Sexy 3.4 (81 %)"),
        (replace(RATED, track=2), "2 · Sexy 3.4 (81 %)"),
        (Face(BOX, 0.9, refused="too small", track=12), "12 · too small"),
        (Face(BOX, 0.9, track=3), "3"),
    ],
)
def test_a_number_goes_in_front_where_it_is_wanted_and_there(face: Face, text: str) -> None:
    assert caption(face, numbered=True) == text


def test_a_refusal_is_reported_in_the_words_given() -> None:
    refused = Face(BOX, 0.9, refused="too small")
    assert caption(refused, {"too small": "мелко"}) == "мелко"
    assert caption(refused, {"turned away": "отвёрнуто"}) == "too small"
    drawn = draw(IMAGE, [refused], "Sexy", {"too small": "мелко"})
    assert (drawn != draw(IMAGE, [refused], "Sexy")).any()


def test_numbers_are_drawn_only_where_they_are_wanted() -> None:
    face = replace(RATED, track=2)
    assert (draw(IMAGE, [face], "Sexy") == draw(IMAGE, [RATED], "Sexy")).all()
    assert (draw(IMAGE, [face], "Sexy", numbered=True) != draw(IMAGE, [RATED], "Sexy")).any()


def test_the_picture_given_is_left_alone() -> None:
    before = IMAGE.copy()
    assert draw(IMAGE, [RATED], "Sexy").shape == IMAGE.shape
    assert (before == IMAGE).all()


def test_picture_and_faces_are_enough() -> None:
    assert (draw(IMAGE, [RATED]) == draw(IMAGE, [RATED], "Sexy")).all()


def test_each_label_has_its_colour_and_a_refusal_is_plain() -> None:
    assert has(draw(IMAGE, [RATED], "Sexy"), ABOVE)
    assert has(draw(IMAGE, [RATED], "Hot"), BELOW)
    refused = draw(IMAGE, [Face(BOX, 0.9, refused="too small")], "Sexy")
    assert has(refused, PLAIN)
    assert not has(refused, ABOVE)


def test_the_frame_lies_on_the_box() -> None:
    drawn = draw(IMAGE, [Face(BOX, 0.9)], "Sexy")
    rows, columns = np.nonzero((drawn != IMAGE).any(axis=2))
    assert abs(columns.min() - 200) <= 2
    assert abs(columns.max() - 350) <= 2
    assert abs(rows.min() - 150) <= 2
    assert abs(rows.max() - 350) <= 2


def test_the_caption_stays_in_the_picture() -> None:
    for box in (Box(-30, -30, 100, 120), Box(560, 0, 80, 100), Box(0, 400, 80, 80)):
        drawn = draw(IMAGE, [Face(box, 0.9, 3.44, "Sexy", 0.81)], "Sexy")
        assert int((drawn == ABOVE).all(axis=2).sum()) > 1500


def test_names_in_other_scripts_can_be_written() -> None:
    latin = draw(IMAGE, [Face(BOX, 0.9, 3.4, "????", 0.81)], "Sexy")
    cyrillic = draw(IMAGE, [Face(BOX, 0.9, 3.4, "Фото", 0.81)], "Sexy")
    assert (latin != cyrillic).any()


def test_a_tiny_picture_can_be_drawn_on() -> None:
    assert draw(np.zeros((16, 16, 3), np.uint8), [RATED], "Sexy").shape == (16, 16, 3)
