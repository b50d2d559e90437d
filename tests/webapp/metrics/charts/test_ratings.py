from __future__ import annotations

from tests import factories
from tests.webapp.metrics.charts.charted import described, rows, spec
from webapp.metrics.charts.ratings import ratings_chart


def test_each_face_is_a_point_of_its_group() -> None:
    faces = factories.rows(30)
    chart = ratings_chart(faces, lambda name: {"AF": "Asian women"}.get(name, name))
    points = rows(chart, "group")
    assert [(row["score"], row["rating"]) for row in points] == [(face.score, face.rating) for face in faces]
    assert {row["group"] for row in points} == {"Asian women", "CM"}
    assert "30 faces" in described(chart)


def test_a_group_can_be_left_alone_by_its_legend() -> None:
    assert '"bind": "legend"' in spec(ratings_chart(factories.rows(5), str))
