from __future__ import annotations

import json

import pytest

from core.errors import FairestError, ImageError, UnknownModelError, WeightsError
from webapp.api.problems import KINDS, MEDIA_TYPE, REFUSED, ROUTING, ProblemError, fault, invalid_options, problem_of
from webapp.common.refused import RefusedError
from webapp.sandbox.explain import UnratedError
from webapp.sandbox.process import LostError
from webapp.sandbox.wire import OPENING
from webapp.sandbox.worker_slot import broke_off, sentence

STARVED = sentence(LostError(OPENING, True, 60.0, -9, starved=True))
"""What a good picture gets on a machine that is busy with other things."""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ImageError("Expected a picture."), "unreadable_picture"),
        (UnknownModelError("expected a detector."), "unknown_model"),
        (UnratedError("Expected a face that may be rated."), "unrated_face"),
        (broke_off(), "broke_off"),
        (STARVED, "busy"),
        (RefusedError(408, FairestError("Slow.")), "too_slow"),
        (RefusedError(411, FairestError("Length.")), "length_required"),
        (RefusedError(413, FairestError("Large.")), "too_large"),
        (RefusedError(429, FairestError("Wait."), wait=3), "too_many_requests"),
        (RefusedError(503, FairestError("Crowded."), wait=5), "busy"),
    ],
)
def test_each_error_has_its_code_and_keeps_its_sentence(error: FairestError, code: str) -> None:
    problem = problem_of(error)
    assert problem.code == code
    assert problem.detail().lower() == str(error).lower()
    assert problem.detail()[0].isupper()


def test_a_picture_for_which_the_machine_is_too_busy_may_come_again_later() -> None:
    answer = problem_of(STARVED).answer("abc", "en")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


def test_paths_of_the_server_are_told_nobody() -> None:
    assert (
        "/srv" not in problem_of(WeightsError("expected the model file /srv/weights/a.tflite; there is none.")).detail()
    )


def test_a_problem_says_when_to_come_again_in_whole_seconds() -> None:
    answer = ProblemError("busy", "Expected less.", 1.2).answer("abc", "en")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.media_type == MEDIA_TYPE
    assert json.loads(bytes(answer.body)) == {
        "type": "urn:fairest:problem:busy",
        "title": "The server is busy",
        "status": 503,
        "detail": "Expected less.",
        "code": "busy",
        "request_id": "abc",
    }
    assert "retry-after" not in fault().answer("abc", "en").headers


def test_codes_by_status_have_that_status() -> None:
    for table in (REFUSED, ROUTING):
        assert {status: KINDS[code][0] for status, code in table.items()} == {status: status for status in table}


def test_all_that_is_wrong_with_options_is_reported() -> None:
    faults = [
        {"type": "extra_forbidden", "loc": ("query", "sizee"), "msg": "Extra inputs are not permitted"},
        {"type": "int_parsing", "loc": ("face",), "msg": "Input should be a valid integer"},
    ]
    assert invalid_options(faults, ["face", "detector"]).detail() == (
        "Expected valid options: 'sizee' is not an option here; the options are face, detector; "
        "face: expected a whole number."
    )
