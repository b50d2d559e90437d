from __future__ import annotations

import asyncio
import os
import sys
import threading

import pytest

from webapp.common.background import NICENESS, in_background


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="niceness of threads is Linux' affair")
def test_it_gives_way_and_nobody_else_does() -> None:
    ours = niceness()
    assert asyncio.run(in_background(niceness)) == min(ours + NICENESS, 19)
    assert niceness() == ours


def test_what_comes_of_it_and_what_goes_wrong() -> None:
    assert asyncio.run(in_background(max, 1, 2)) == 2
    with pytest.raises(ValueError, match="x"):
        asyncio.run(in_background(int, "x"))
