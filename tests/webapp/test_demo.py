from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from starlette.routing import Match
from starlette.types import Message

from core.analyzer import Analyzer
from core.live.follower import Follower
from webapp.demo import DEMO_ROUTE, FILM, PATH
from webapp.demo.__main__ import main
from webapp.demo.film import FADE, FPS, HEIGHT, SCENES, WIDTH, Scene, View, frames, side_by_side, write

pytestmark = pytest.mark.long

FADED = round(FADE * FPS)


def film() -> list[np.ndarray]:
    with av.open(str(FILM)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def far(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


def test_the_film_is_short_and_small_and_has_no_beginning() -> None:
    shown = film()
    assert FILM.stat().st_size < 1_200_000
    assert {picture.shape for picture in shown} == {(HEIGHT, WIDTH, 3)}
    assert 15 <= len(shown) / FPS <= 20
    steps = [far(*pair) for pair in pairwise(shown)]
    assert far(shown[-1], shown[0]) < 2 * max(steps)


def test_most_faces_of_the_film_are_rated(analyzer: Analyzer) -> None:
    follower = Follower(analyzer)
    faces_by_frame = [
        follower.analyze(picture, number / FPS) for number, picture in enumerate(film()) if number % 3 == 0
    ]
    faces = [face for frame_faces in faces_by_frame for face in frame_faces]
    assert sum(face.rating is not None for face in faces) > 0.7 * len(faces)
    assert sum(bool(frame_faces) for frame_faces in faces_by_frame) > 0.95 * len(faces_by_frame)
    assert max(len(frame_faces) for frame_faces in faces_by_frame) >= 2
    assert {face.label for face in faces if face.label} == {"Sexy", "Ugly"}


def get_film(**headers: str) -> tuple[int, dict[str, str], bytes]:
    """(status, headers, body) of the film's address."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("nobody hangs up")

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": PATH, "query_string": b"", "headers": raw}
    match, child_scope = DEMO_ROUTE.matches(scope)
    assert match is Match.FULL
    asyncio.run(DEMO_ROUTE.handle({**scope, **child_scope}, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


def test_the_film_is_served_whole_and_kept_by_browsers() -> None:
    status, headers, body = get_film()
    assert (status, body) == (200, FILM.read_bytes())
    assert headers["content-type"] == "video/webm"
    assert "max-age" in headers["cache-control"]
    assert headers["etag"]


def test_the_film_is_served_in_parts() -> None:
    status, _, body = get_film(range="bytes=100-199")
    assert (status, body) == (206, FILM.read_bytes()[100:200])


def portrait(value: int) -> np.ndarray:
    return np.full((720, 720, 3), value, np.uint8)


def scene(seconds: float = 2.0) -> Scene:
    view = View(360, 360, 1.0)
    return Scene(("a",), view, view, seconds)


def test_scenes_fade_into_each_other_and_the_last_into_the_first() -> None:
    shown = list(frames((scene(), scene()), [portrait(0), portrait(200)]))
    assert len(shown) == round(2 * (2.0 - FADE) * FPS)
    values = [int(picture[0, 0, 0]) for picture in shown]
    assert values[FADED] == 0
    assert values[len(shown) // 2 + FADED] == 200
    assert values[:FADED] == sorted(values[:FADED], reverse=True)
    assert 180 < values[0] < 200, "the loop begins within a fade"


def test_a_view_moves_evenly() -> None:
    half = View(0, 10, 1.0).towards(View(100, 30, 2.0), 0.5)
    assert (half.x, half.y, half.scale) == (50, 20, 1.5)


def test_a_view_shows_its_point_in_the_middle_and_goes_on_beyond_the_edge() -> None:
    strip = portrait(50)
    cv2.circle(strip, (300, 200), 4, (250, 250, 250), cv2.FILLED)
    shown = View(300, 200, 1.5).of(strip)
    assert shown[HEIGHT // 2, WIDTH // 2, 0] > 200
    assert shown[0, 0, 0] == 50


def test_portraits_stand_side_by_side_without_an_edge() -> None:
    strip = side_by_side([portrait(100), portrait(140)])
    row = strip[360, :, 0].astype(int)
    assert (row[0], row[-1]) == (100, 140)
    assert np.abs(np.diff(row)).max() <= 2


def test_frames_are_encoded(tmp_path: Path) -> None:
    write(tmp_path / "film.webm", iter([portrait(90)[:HEIGHT, :WIDTH]] * 5))
    with av.open(str(tmp_path / "film.webm")) as container:
        shown = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert [picture.shape for picture in shown] == [(HEIGHT, WIDTH, 3)] * 5
    assert far(shown[0], portrait(90)[:HEIGHT, :WIDTH]) < 3


def test_a_portrait_that_is_missing_gets_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--out", str(tmp_path / "film.webm")]) == 1
    assert SCENES[0].portraits[0] in capsys.readouterr().err
