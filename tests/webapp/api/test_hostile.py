"""Files made to do harm, through the API: each ends in a problem document or in a normal answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import httpx
import numpy as np
import pytest

from core.settings import Settings
from tests import faces
from tests.webapp.api.api_harness import api, ask, problem, running
from tests.webapp.sandbox import corpus
from webapp.api.schemas import ResultObject
from webapp.photos.service import RatingService

pytestmark = pytest.mark.long

SETTINGS = Settings()
FAST = {"detector": "facegrid"}


@pytest.fixture(scope="module")
def service() -> Iterator[RatingService]:
    shared_service = running(SETTINGS)
    yield shared_service
    shared_service.close()


def made_of_faces(count: int) -> bytes:
    """A picture with so many faces."""
    portrait = cv2.resize(faces.load(faces.ADULT), (180, 180), interpolation=cv2.INTER_AREA)
    rows = [np.concatenate([portrait] * 6, axis=1)] * -(-count // 6)
    return cv2.imencode(".jpg", cv2.cvtColor(np.concatenate(rows), cv2.COLOR_RGB2BGR))[1].tobytes()


def faceless() -> bytes:
    return cv2.imencode(".png", np.full((300, 300, 3), 120, np.uint8))[1].tobytes()


def more() -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield from corpus.pictures()
    yield "a zip of pictures", next(corpus.archives())[1]
    yield "26 MB", lambda: bytes(26_000_000)


@pytest.mark.parametrize(("name", "make"), [pytest.param(name, make, id=name) for name, make in more()])
def test_a_picture(service: RatingService, name: str, make: Callable[[], bytes]) -> None:
    data = make()
    app = api(service, SETTINGS)
    check(ask(app, "POST", "/v1/rate", params=FAST, content=data))
    check(ask(app, "POST", "/v1/rate", params=FAST, files={"picture": (f"{name}.jpg", data)}))


def check(answer: httpx.Response) -> None:
    """What a picture gets is of the file contract, or a problem; which of them may hang on the machine's speed."""
    if answer.status_code != 200:
        assert problem(answer) in {"unreadable_picture", "too_large", "broke_off"}
        return
    for result in answer.json():
        ResultObject.model_validate(result)
        assert result["error"] is None


def test_none_and_thirty_faces(service: RatingService) -> None:
    files = [("picture", ("none.png", faceless())), ("picture", ("thirty.jpg", made_of_faces(30)))]
    none, thirty = ask(api(service, SETTINGS), "POST", "/v1/rate", params=FAST, files=files).json()
    assert (none["error"], none["faces"]) == (None, [])
    assert len(thirty["faces"]) == 30
    answer = ask(api(service, SETTINGS), "POST", "/v1/explain", params=FAST, content=faceless())
    assert problem(answer) == "no_such_face"
