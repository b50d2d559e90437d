"""A server with two places."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.webapp.live.signalling.hosting import House, hosted


@pytest.fixture
def house() -> Iterator[House]:
    with hosted() as served:
        yield served
