"""An engine with three places, and the clock that it goes by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.live.engine import Engine
from tests.core.live.test_engine import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(clock: Clock) -> Iterator[Engine]:
    running = Engine(3, clock)
    yield running
    running.close()
