from __future__ import annotations

import gc

import pytest

from tests.webapp import made
from webapp import tray as module
from webapp.tray import Tray, TrayFullError, Trays


def tray(most: int = 3) -> Tray:
    return Tray(most, made.MODELS, "en")


def test_pictures_stand_in_the_order_of_their_arrival() -> None:
    mine = tray()
    first, second = mine.reserve(), mine.reserve()
    mine.put(made.photo(second, "b.jpg"))
    mine.put(made.photo(first, "a.jpg"))
    assert [photo.name for photo in mine.photos()] == ["a.jpg", "b.jpg"]


def test_there_is_room_for_so_many_and_again_when_one_is_removed() -> None:
    mine = tray(2)
    numbers = [mine.reserve(), mine.reserve()]
    with pytest.raises(TrayFullError, match="at most 2 pictures"):
        mine.reserve()
    mine.put(made.photo(numbers[0], "a.jpg"))
    mine.remove(numbers[0])
    assert mine.reserve() not in numbers


def test_what_will_not_come_takes_no_room() -> None:
    mine = tray(1)
    mine.release(mine.reserve())
    mine.reserve()


def test_what_comes_after_clearing_is_dropped() -> None:
    mine = tray()
    number = mine.reserve()
    mine.clear()
    mine.put(made.photo(number, "late.jpg"))
    assert mine.photos() == []


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 100)
    mine = tray()
    mine.put(made.photo(mine.reserve(), "large.jpg", drawn=bytes(101)))
    with pytest.raises(TrayFullError, match="memory"):
        mine.reserve()


def test_a_tray_is_found_by_its_token_for_as_long_as_its_viewer_is_there() -> None:
    trays = Trays()
    mine = trays.add(tray())
    token = mine.token
    assert trays.get(token) is mine
    assert trays.get("other") is None
    del mine
    gc.collect()
    assert trays.get(token) is None


def test_tokens_cannot_be_guessed() -> None:
    tokens = {tray().token for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 32
