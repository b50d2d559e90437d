"""Viewers who come and go leave nothing behind: `python -m tests.soak connects`, but few of them."""

from __future__ import annotations

import asyncio

import pytest

from tests.browser.serving import served
from tests.soak.connects import Connects, places, report, resting_memory

COUNT, BATCHES, AT_ONCE = 80, 4, 2


@pytest.mark.timeout(900)
def test_eighty_connects_leave_nothing_behind() -> None:
    """Memory is compared from the second batch on, and by more than it comes and goes between two of them."""
    with served(FAIREST_MAX_VIEWERS=places(AT_ONCE), FAIREST_TRUSTED_PROXIES="1") as server:
        connects = Connects(server, AT_ONCE)
        asyncio.run(connects.run(COUNT, BATCHES, lambda _: None))
    summary = report(connects)
    assert summary["connects"] == COUNT
    assert summary["failure_sentences"] == []
    assert max(summary["threads_more"], summary["sockets_more"], summary["descriptors_more"]) <= 0
    _, second, _, last = resting_memory(connects)
    assert last.value - second.value < 20
