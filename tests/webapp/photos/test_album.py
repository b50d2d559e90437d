from __future__ import annotations

import gc

import pytest

from tests.webapp import factories
from webapp.photos import album as module
from webapp.photos.album import Album, AlbumFullError, Albums


def album(max_pictures: int = 3) -> Album:
    return Album(max_pictures, factories.MODELS, "en")


def test_pictures_stand_in_the_order_of_their_arrival() -> None:
    mine = album()
    first, second = mine.reserve(), mine.reserve()
    mine.put(factories.photo(second, "b.jpg"))
    mine.put(factories.photo(first, "a.jpg"))
    assert [photo.name for photo in mine.photos()] == ["a.jpg", "b.jpg"]


def test_there_is_room_for_so_many_and_again_when_one_is_removed() -> None:
    mine = album(2)
    numbers = [mine.reserve(), mine.reserve()]
    with pytest.raises(AlbumFullError, match="at most 2 pictures"):
        mine.reserve()
    mine.put(factories.photo(numbers[0], "a.jpg"))
    mine.remove(numbers[0])
    assert mine.reserve() not in numbers


def test_what_will_not_come_takes_no_room() -> None:
    mine = album(1)
    mine.release(mine.reserve())
    mine.reserve()


def test_what_comes_after_clearing_is_dropped() -> None:
    mine = album()
    number = mine.reserve()
    mine.clear()
    mine.put(factories.photo(number, "late.jpg"))
    assert mine.photos() == []


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 100)
    mine = album()
    mine.put(factories.photo(mine.reserve(), "large.jpg", drawn=bytes(101)))
    with pytest.raises(AlbumFullError, match="memory"):
        mine.reserve()


def test_the_memory_of_all_has_an_end_and_room_comes_back() -> None:
    albums = Albums(100)
    mine, other = albums.add(album(20)), albums.add(album(20))
    mine.put(factories.photo(mine.reserve(), "a.jpg", drawn=bytes(60)))
    late = other.reserve()
    other.put(factories.photo(other.reserve(), "b.jpg", drawn=bytes(40)))
    assert (mine.size, other.size, albums.left()) == (60, 40, 0)
    for full in (mine, other):
        with pytest.raises(AlbumFullError, match="all current viewers"):
            full.reserve()
    other.put(factories.photo(late, "late.jpg", drawn=bytes(1)))
    (photo,) = [photo for photo in other.photos() if photo.name == "late.jpg"]
    assert isinstance(photo.error, AlbumFullError)
    assert albums.left() == 0, "what was on its way goes beyond it no more than what is new"
    mine.remove(1)
    assert albums.left() == 60
    other.clear()
    assert albums.left() == 100


def test_a_viewer_who_leaves_leaves_the_memory_to_others() -> None:
    albums = Albums(100)
    mine = albums.add(album())
    mine.put(factories.photo(mine.reserve(), "a.jpg", drawn=bytes(100)))
    assert albums.left() == 0
    del mine
    gc.collect()
    assert albums.left() == 100


def test_an_album_is_found_by_its_token_for_as_long_as_its_viewer_is_there() -> None:
    albums = Albums()
    mine = albums.add(album())
    token = mine.token
    assert albums.get(token) is mine
    assert albums.get("other") is None
    del mine
    gc.collect()
    assert albums.get(token) is None


def test_what_was_found_out_about_a_face_goes_with_its_picture() -> None:
    mine = album()
    for name in ("a.jpg", "b.jpg"):
        mine.put(factories.photo(mine.reserve(), name))
    for number in (1, 2, 3):
        mine.keep(("explain", number, 0), f"of {number}")
    assert [mine.finding(("explain", number, 0)) for number in (1, 2, 3)] == ["of 1", "of 2", None]
    mine.remove(1)
    assert [mine.finding(("explain", number, 0)) for number in (1, 2)] == [None, "of 2"]
    mine.clear()
    assert mine.finding(("explain", 2, 0)) is None


def test_the_album_of_a_viewer_who_left_is_empty_and_takes_nothing() -> None:
    albums = Albums()
    mine = albums.add(album())
    mine.put(factories.photo(mine.reserve(), "a.jpg"))
    late = mine.reserve()
    albums.forget(mine)
    mine.put(factories.photo(late, "late.jpg"))
    mine.keep(("explain", 1, 0), "late")
    assert (mine.photos(), mine.photo(1), mine.finding(("explain", 1, 0))) == ([], None, None)
    assert albums.get(mine.token) is None
    with pytest.raises(AlbumFullError, match="left open for too long"):
        mine.reserve()


def test_tokens_cannot_be_guessed() -> None:
    tokens = {album().token for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 32
