"""The real app, and viewers implemented in Python."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.serving import Server, served


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with served(FAIREST_MAX_VIEWERS="6") as running:
        yield running
