"""The jobs within this process."""

from __future__ import annotations

import pytest

from core.errors import ImageError
from tests import faces
from tests.webapp.sandbox import zips
from webapp.sandbox import answers, jobs
from webapp.sandbox.wire import FORGET, LIST, OPENING, RATE, WARM, WORKING, Message
from webapp.sandbox.workbench import Workbench
from webapp.sandbox.worker_settings import WorkerSettings

ADULT = (faces.FOLDER / faces.ADULT).read_bytes()
HEADER = {"detector": "facegrid", "classifier": "mobilenet_v2", "refusals": {}}


@pytest.fixture
def stages() -> list[str]:
    return []


@pytest.fixture
def bench(stages: list[str]) -> Workbench:
    return Workbench(WorkerSettings(), stages.append)


def test_a_picture_is_rated(bench: Workbench, stages: list[str]) -> None:
    result = answers.rated(jobs.rate(bench, HEADER, (ADULT,)))
    assert len(result.faces) == len(result.patches) == 1
    assert result.faces[0].rating is not None
    assert result.ms > 0
    assert stages == [OPENING, WORKING]


def test_an_entry_is_rated_like_the_picture(bench: Workbench) -> None:
    bench.archives[5] = zips.zipped({"x/": b"", "a.jpg": ADULT})
    result = answers.rated(jobs.rate(bench, HEADER | {"archive": 5, "entry": 1}, ()))
    assert result.faces == answers.rated(jobs.rate(bench, HEADER, (ADULT,))).faces


def test_an_archive_is_listed(bench: Workbench, stages: list[str]) -> None:
    bench.archives[5] = zips.zipped({"a.jpg": ADULT, "b.zip": zips.zipped({})})
    listed = answers.listing(jobs.list_archive(bench, {"archive": 5}, ()))
    assert [entry.name for entry in listed.entries] == ["a.jpg"]
    assert [refusal.name for refusal in listed.refused] == ["b.zip"]
    assert stages == [OPENING, WORKING]


def test_a_picture_that_cannot_be_opened_is_reported(bench: Workbench) -> None:
    with pytest.raises(ImageError, match="something else"):
        jobs.rate(bench, HEADER, (b"no picture",))


def test_models_are_made_ready(bench: Workbench) -> None:
    assert jobs.warm(bench, HEADER, ()) == Message({})
    assert bench.detector("facegrid") is bench.detector("facegrid")


def test_every_kind_has_its_job() -> None:
    assert {RATE, LIST, WARM, FORGET} <= set(jobs.JOBS)
