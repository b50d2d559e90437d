from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import pytest

from core.batch.listing import Picture
from core.batch.pool import ENDED, PoolError, rate_in_pool
from tests.core.batch.factories import CrashingRater, FakeRater


def named(*names: str) -> list[Picture]:
    return [Picture(name, "", name) for name in names]


def test_results_come_in_order_from_several_processes(tmp_path: Path) -> None:
    names = [f"{number}" for number in range(40)]
    results = list(rate_in_pool(named(*names), partial(FakeRater, tmp_path), 2))
    assert [result.file for result in results] == names
    assert os.getpid() not in {result.width for result in results}


def test_pictures_are_taken_as_they_are_needed(tmp_path: Path) -> None:
    taken: list[str] = []

    def endless():  # type: ignore[no-untyped-def]
        for number in range(10**9):
            taken.append(str(number))
            yield Picture(str(number), "", "")

    results = rate_in_pool(endless(), partial(FakeRater, tmp_path), 1)
    assert [next(results).file for _ in range(5)] == ["0", "1", "2", "3", "4"]
    assert len(taken) < 20
    results.close()  # type: ignore[attr-defined]


def test_a_process_that_dies_loses_nothing(tmp_path: Path) -> None:
    names = [f"{number}once" if number == 7 else f"{number}" for number in range(20)]
    results = list(rate_in_pool(named(*names), partial(FakeRater, tmp_path), 2))
    assert [result.file for result in results] == names
    assert not any(result.error for result in results)


def test_only_the_picture_that_kills_gets_an_error(tmp_path: Path) -> None:
    names = ["0", "1", "2 deadly", "3", "4 bad", "5"]
    results = list(rate_in_pool(named(*names), partial(FakeRater, tmp_path), 2))
    assert [result.file for result in results] == names
    assert [result.error for result in results] == [None, None, ENDED, None, "Expected better.", None]


def test_windows_gets_no_more_processes_than_it_allows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without pictures, the pool checks the number but starts none.
    monkeypatch.setattr(sys, "platform", "win32")
    assert list(rate_in_pool([], partial(FakeRater, tmp_path), 62)) == []


def test_processes_that_all_die_are_reported() -> None:
    with pytest.raises(PoolError, match="memory"):
        list(rate_in_pool(named(*"abcdefgh"), CrashingRater, 1))
