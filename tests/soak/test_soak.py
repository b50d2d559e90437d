"""The soak itself, a short one: a cycle against the real app."""

from __future__ import annotations

import asyncio
from pathlib import Path

import cv2
import pytest

from tests.browser.serving import served
from tests.soak.calls import BAD, GOOD
from tests.soak.conductor import Conductor, Record
from tests.soak.plan import SHORT
from tests.soak.plot import draw
from tests.soak.report import report, table

pytestmark = pytest.mark.long


def test_a_cycle_is_answered_right_and_everybody_goes(tmp_path: Path) -> None:
    records: list[Record] = []
    with served(FAIREST_MAX_VIEWERS="6") as server:
        conductor = Conductor(server, 1, SHORT, records.append)
        asyncio.run(conductor.run(0.0))
    (record,) = records
    result = report(record)
    assert result["failure_sentences"] == []
    assert (result["cycles"], result["visits"], result["uploaders"]) == (1, SHORT.visits, SHORT.uploads)
    assert (result["calls_good"], result["calls_bad"]) == (len(GOOD), len(BAD))
    assert result["uploads_good"] + result["uploads_bad"] == SHORT.files
    assert result["all_answered_right"]
    assert not result["passed"], "one rest says nothing of what is left over"
    assert {sample.rest for sample in record.samples} == {0, 1}
    assert record.ages
    assert min(probe.cpu for _, probe in record.probes) > 0
    assert "visits" in table(result)
    draw(record, tmp_path / "soak.webp")
    assert cv2.imread(str(tmp_path / "soak.webp")) is not None
