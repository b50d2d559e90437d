"""Files become pictures in an album, through a real worker."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncGenerator, Iterator

import pytest

from core.errors import FairestError
from core.models.manifest import load_manifest
from core.settings import WEIGHTS
from tests import faces
from tests.patience import until
from tests.webapp import factories
from webapp.common.attempts import Limiter
from webapp.photos.album import Album
from webapp.photos.service import Event, RatingService
from webapp.sandbox.answers import Rated
from webapp.sandbox.insight import PNG_SIGNATURE
from webapp.sandbox.pool import Pool
from webapp.sandbox.worker_settings import WorkerSettings

ADULT = (faces.FOLDER / faces.ADULT).read_bytes()


@pytest.fixture(scope="module")
def service() -> Iterator[RatingService]:
    shared_service = RatingService(Pool(WorkerSettings(), workers=1), Limiter(1000))
    yield shared_service
    shared_service.close()


@pytest.fixture
def album() -> Album:
    return Album(3, factories.MODELS, "en")


def collect(events: AsyncGenerator[Event]) -> list[Event]:
    async def all_of_them() -> list[Event]:
        return [event async for event in events]

    return asyncio.run(all_of_them())


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return stream.getvalue()


def test_a_picture_is_rated(service: RatingService, album: Album) -> None:
    assert collect(service.picture(album, album.reserve(), "me.jpg", ADULT)) == [{"of": 1, "done": 1}]
    (photo,) = album.photos()
    (face,) = photo.faces
    assert face.rating is not None
    assert photo.rated is not None
    assert len(photo.rated.patches) == 1


def test_it_is_busy_while_something_is_rated(service: RatingService, album: Album) -> None:
    until(lambda: not service.busy, "the end of what was asked before")

    async def rated() -> bool:
        events = service.picture(album, album.reserve(), "me.jpg", ADULT)
        working = asyncio.ensure_future(anext(events))
        while not service.busy and not working.done():
            await asyncio.sleep(0.001)
        return service.busy and bool(await working)

    assert asyncio.run(rated())


def test_a_file_that_is_no_picture_gets_a_sentence(service: RatingService, album: Album) -> None:
    assert collect(service.picture(album, album.reserve(), "page.jpg", b"<html></html>")) == [{"of": 1, "done": 1}]
    assert "something else" in str(album.photos()[0].error)


def test_a_zips_pictures_are_rated_one_by_one(service: RatingService, album: Album) -> None:
    data = zipped(a__jpg=ADULT, b__jpg=b"no picture")
    events = collect(service.archive(album, album.reserve(), "both.zip", data, "me"))
    assert events == [{"of": 2, "done": 0}, {"of": 2, "done": 1}, {"of": 2, "done": 1}]
    assert [(photo.name, photo.error is None) for photo in album.photos()] == [("a.jpg", True), ("b.jpg", False)]


@pytest.mark.parametrize(
    ("received", "names"),
    [(0, ["empty.jpg", "a.jpg", "b.jpg"]), (1, ["a.jpg", "b.jpg"]), (2, ["b.jpg"]), (3, []), (10**18 - 1, [])],
)
def test_pictures_of_a_zip_that_were_reported_are_not_rated_again(
    service: RatingService, album: Album, received: int, names: list[str]
) -> None:
    data = zipped(a__jpg=b"no picture", empty__jpg=bytes(26_000_000), b__jpg=b"no picture")
    events = collect(service.archive(album, album.reserve(), "three.zip", data, "me", received))
    assert events == [{"of": 3, "done": 0}] + [{"of": 3, "done": 1}] * len(names)
    assert [photo.name for photo in album.photos()] == names


def test_a_zip_of_more_than_there_is_room_for_is_reported(service: RatingService, album: Album) -> None:
    data = zipped(**{f"{n}__jpg": b"no picture" for n in range(5)})
    events = collect(service.archive(album, album.reserve(), "many.zip", data, "me"))
    assert sum(event["done"] for event in events) == 5
    assert "at most 3 pictures" in events[-1]["told"]
    assert len(album.photos()) == 3


def test_a_damaged_zip_gets_a_sentence(service: RatingService, album: Album) -> None:
    collect(service.archive(album, album.reserve(), "bad.zip", b"PK\x03\x04 and no more", "me"))
    (photo,) = album.photos()
    assert photo.name == "bad.zip"
    assert str(photo.error).startswith("Expected")


@pytest.mark.long
def test_a_face_is_explained_and_compared(service: RatingService, album: Album) -> None:
    collect(service.picture(album, album.reserve(), "me.jpg", ADULT))
    (photo,) = album.photos()
    assert photo.rated is not None
    (patch,) = photo.rated.patches
    explanation = service.explain(patch, "mobilenet_v2", album.token)
    assert explanation.picture.startswith(b"\xff\xd8\xff")
    assert 0 < explanation.scale < 4
    names = load_manifest(WEIGHTS).names("classifier")
    opinions = {opinion.name: opinion for opinion in service.compare(patch, names, album.token)}
    assert list(opinions) == names
    assert all(1 <= opinion.rating <= 5 for opinion in opinions.values())
    # The patch is smaller than the picture, and a JPEG.
    assert opinions["mobilenet_v2"].rating == pytest.approx(photo.faces[0].rating, abs=0.1)


def test_who_asks_for_a_classifier_that_is_none_gets_a_sentence(service: RatingService, album: Album) -> None:
    collect(service.picture(album, album.reserve(), "me.jpg", ADULT))
    rated = album.photos()[0].rated
    assert rated is not None
    with pytest.raises(FairestError, match="nobody"):
        service.explain(rated.patches[0], "nobody", album.token)


def test_a_picture_is_rated_without_an_album_and_a_face_of_it_explained_by_a_png(service: RatingService) -> None:
    async def scenario() -> tuple[Rated, bytes]:
        rated = await service.rate(ADULT, factories.MODELS, "me")
        return rated, await service.heat_map(rated.patches[0], "sexyness_cnn", "me")

    rated, png = asyncio.run(scenario())
    assert rated.faces[0].rating is not None
    assert png.startswith(PNG_SIGNATURE)
    with pytest.raises(FairestError, match="something else"):
        asyncio.run(service.rate(b"<html></html>", factories.MODELS, "me"))
