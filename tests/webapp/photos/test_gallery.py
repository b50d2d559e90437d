from __future__ import annotations

import pytest

from core.percent import percent
from core.settings import RatingSettings
from tests.webapp import factories
from webapp.photos import gallery

SETTINGS = RatingSettings()
PHOTOS = [
    factories.photo(1, "b.jpg", factories.face(3.4, probability=0.9), factories.face(refused="too small")),
    factories.photo(2, "A.jpg", factories.face(2.1, probability=0.7)),
    factories.photo(3, "c.jpg", factories.face(4.0, probability=0.6)),
    factories.photo(4, "empty.jpg"),
    factories.damaged(5, "d.jpg"),
]


def order(by: str, kind: str = gallery.ALL) -> list[float | None]:
    return [item.face.rating for item in gallery.chosen(PHOTOS, by, kind, SETTINGS)]


@pytest.mark.parametrize(
    ("by", "ratings"),
    [
        (gallery.ARRIVED, [3.4, None, 2.1, 4.0]),
        (gallery.HIGHEST, [4.0, 3.4, 2.1, None]),
        (gallery.LOWEST, [2.1, 3.4, 4.0, None]),
        (gallery.SUREST, [3.4, 2.1, 4.0, None]),
        (gallery.NAME, [2.1, 3.4, None, 4.0]),
    ],
)
def test_faces_stand_in_the_order_asked_for(by: str, ratings: list[float | None]) -> None:
    assert order(by) == ratings


@pytest.mark.parametrize(
    ("kind", "ratings"),
    [(gallery.ABOVE, [3.4, 4.0]), (gallery.BELOW, [2.1]), (gallery.REFUSED, [None])],
)
def test_faces_of_a_kind_alone(kind: str, ratings: list[float | None]) -> None:
    assert order(gallery.ARRIVED, kind) == ratings


def test_what_is_said_of_a_face() -> None:
    assert gallery.verdict(factories.face(3.44, probability=0.81)) == "Sexy 3.4 (81 %)"
    assert gallery.verdict(factories.face(refused="too small")) == "Not rated: too small"


def test_what_is_said_of_a_picture() -> None:
    assert [gallery.summary(photo) for photo in PHOTOS] == [
        "2 faces found, 1 not rated.",
        "1 face found.",
        "1 face found.",
        "No face was found. Try a picture in which the face is larger and turned towards the camera.",
        "Expected a picture; this one is damaged.",
    ]


def test_what_is_said_of_all() -> None:
    assert gallery.count(PHOTOS) == "4 pictures · 3 faces rated · 1 face not rated"
    assert [name for name, _ in gallery.failed(PHOTOS)] == ["d.jpg"]


def test_the_tables_round_shares_as_all_texts_do() -> None:
    assert gallery.PERCENT["type_config"]["format"] % 80.7 == percent(0.807)


def test_the_table_has_a_row_a_face() -> None:
    rows = gallery.rows(gallery.chosen(PHOTOS, gallery.ARRIVED, gallery.ALL, SETTINGS))
    assert [row["File"] for row in rows] == ["b.jpg", "b.jpg", "A.jpg", "c.jpg"]
    assert [row["Not rated because"] for row in rows] == ["", "too small", "", ""]
