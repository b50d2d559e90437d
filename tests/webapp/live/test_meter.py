from __future__ import annotations

import json
from dataclasses import replace

import pytest

from core.face import Box, Face
from core.models.age_guard import CHECKING, MAY_BE_MINOR, TOO_SMALL, TURNED_AWAY
from webapp.common.refusals import REFUSALS
from webapp.live import meter

RATED = Face(Box(0, 0, 50, 60), 0.9, 3.44, "Sexy", 0.81, 30, track=1)
SMALL = Face(Box(0, 0, 9, 9), 0.9, refused=TOO_SMALL, track=2)


def test_a_rated_face_is_told_by_its_number() -> None:
    news = meter.news([], [RATED], 2.833333, 12.3456)
    assert news["faces"] == [{"number": 1, "rated": True, "text": "Face 1: Sexy 3.4 (81 %)"}]
    assert (news["threshold"], news["now"]) == (2.83, 12.35)
    assert news["label"] == "1 face found. Face 1: Sexy 3.4 (81 %)."
    assert news["said"] == "1 face found. Face 1: Sexy."


def test_a_face_without_a_rating_is_told_why_and_what_to_do() -> None:
    news = meter.news([], [RATED, SMALL], 3.0, 0)
    assert news["faces"][1] == {"number": 2, "rated": False, "text": "Face 2: not rated, too small: come closer"}
    assert news["said"] == "2 faces found. Face 1: Sexy. Face 2: not rated, too small: come closer."


def test_what_is_read_out_does_not_change_with_every_rating() -> None:
    first, then = (meter.news([], [replace(RATED, rating=rating)], 3.0, 0) for rating in (3.4, 3.5))
    assert first["said"] == then["said"]
    assert first["label"] != then["label"]


def test_nobody_is_told_too() -> None:
    news = meter.news([], [], 3.0, 0)
    assert news["faces"] == []
    assert news["label"] == news["said"] == "No face in the picture."


def test_a_face_about_to_be_rated_is_not_called_rated() -> None:
    (face,) = meter.news([], [replace(RATED, rating=None, label=None, probability=None)], 3.0, 0)["faces"]
    assert face == {"number": 1, "rated": False, "text": "Face 1: about to be rated"}


def test_samples_are_short() -> None:
    samples = [(1.0001, {1: 3.44444}), (1.25123, {})]
    news = meter.news(samples, [], 3.0, 2)
    assert json.loads(json.dumps(news["samples"])) == [[1.0, {"1": 3.44}], [1.25, {}]]


@pytest.mark.parametrize("reason", [MAY_BE_MINOR, TOO_SMALL, TURNED_AWAY, CHECKING])
def test_every_reason_of_the_guard_has_its_words(reason: str) -> None:
    assert meter.REASONS[reason]
    assert REFUSALS[reason]
