"""Through a real worker: what the page, the API and the command line say of a picture is the same."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import core.__main__
from core.settings import Settings
from tests import faces
from tests.webapp.api.api_harness import ADULT, api, ask, lines, running
from webapp.photos.album import Album, Models
from webapp.photos.exports import as_json
from webapp.photos.service import RatingService

PICTURES = [*(faces.FOLDER / name for name in faces.ADULTS), faces.DATA / "pictures" / "turned.heic"]
SETTINGS = Settings()
MODELS = Models(SETTINGS.rating.photo_detector, SETTINGS.rating.classifier)


@pytest.fixture(scope="module")
def service() -> Iterator[RatingService]:
    shared_service = running(SETTINGS)
    yield shared_service
    shared_service.close()


def plain(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without how long it took, and where the picture lies."""
    return [result | {"ms": None, "file": Path(result["file"]).name} for result in results]


def by_page(service: RatingService) -> list[dict[str, Any]]:
    album = Album(len(PICTURES), MODELS, "en")

    async def bring() -> None:
        for path in PICTURES:
            async for _ in service.picture(album, album.reserve(), path.name, path.read_bytes()):
                pass

    asyncio.run(bring())
    results: list[dict[str, Any]] = json.loads(as_json(album.photos()))
    return results


def by_command_line(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert core.__main__.main(list(map(str, PICTURES))) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_page_api_and_command_line_say_the_same_to_the_last_digit(
    service: RatingService, capsys: pytest.CaptureFixture[str]
) -> None:
    app = api(service, SETTINGS)
    files = [("picture", (path.name, path.read_bytes())) for path in PICTURES]
    json_answer = ask(app, "POST", "/v1/rate", files=files)
    by_line = ask(app, "POST", "/v1/rate", files=files, headers={"accept": "application/x-ndjson"})
    alone = [
        ask(app, "POST", "/v1/rate", params={"file": path.name}, content=path.read_bytes()).json()[0]
        for path in PICTURES
    ]
    expected = plain(by_command_line(capsys))
    assert sum(face["rating"] is not None for result in expected for face in result["faces"]) >= len(faces.ADULTS)
    assert plain(by_page(service)) == expected
    assert plain(json_answer.json()) == expected
    assert plain(lines(by_line)) == expected
    assert plain(alone) == expected


def test_a_face_is_explained_by_a_png(service: RatingService) -> None:
    answer = ask(api(service, SETTINGS), "POST", "/v1/explain?classifier=faceres&detector=facegrid", content=ADULT)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert not [name for name in (b"tEXt", b"eXIf", b"iTXt", b"zTXt") if name in answer.content]


def test_no_name_rating_or_address_is_logged(service: RatingService, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    app = api(service, SETTINGS)
    (result,) = ask(app, "POST", "/v1/rate", files=[("picture", ("whose-face.jpg", ADULT))]).json()
    assert ask(app, "POST", "/v1/rate", files=[("picture", ("whose-face.jpg", ADULT[:900]))]).status_code == 422
    assert ask(app, "POST", "/v1/rate", host="198.51.100.7", files=[("picture", ("whose-face.jpg", ADULT))]).is_error
    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert logged
    for private in ("whose-face", str(result["faces"][0]["rating"]), "198.51.100.7"):
        assert private not in logged
