from __future__ import annotations

from itertools import pairwise

from core.face import Box, Face
from webapp.live.rating_history import EVERY, SECONDS, RatingHistory

BOX = Box(0, 0, 50, 60)


def face(number: int | None, rating: float | None) -> Face:
    return Face(BOX, 0.9, rating=rating, track=number)


def test_faces_are_sampled_a_few_times_a_second() -> None:
    history = RatingHistory()
    for k in range(61):
        history.see([face(1, 3.0)], k / 30)
    times = [time for time, _ in history.since(0)]
    assert 7 <= len(times) <= 9
    assert min(later - sooner for sooner, later in pairwise(times)) >= EVERY


def test_only_who_is_rated_is_in_a_sample_and_nobody_leaves_a_gap() -> None:
    history = RatingHistory()
    history.see([face(1, 3.0), face(2, None), face(None, 2.0)], 10)
    history.see([], 11)
    history.see([face(1, 3.5), face(2, 2.5)], 12)
    assert history.since(0) == [(10, {1: 3.0}), (11, {}), (12, {1: 3.5, 2: 2.5})]
    assert history.since(11.5) == [(12, {1: 3.5, 2: 2.5})]


def test_what_is_older_is_forgotten() -> None:
    history = RatingHistory()
    for k in range(1000):
        history.see([face(1, 3.0)], k * EVERY)
    kept = history.since(0)
    assert len(kept) == round(SECONDS / EVERY)
    assert kept[-1][0] == 999 * EVERY
