"""What the pool does for pictures and zips, with real processes."""

from __future__ import annotations

import io
import itertools
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, Future, wait
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.analyzer import load_analyzer
from core.errors import FairestError, ImageError, UnknownModelError
from core.images.decode import decode_picture
from core.models.age_guard import TOO_SMALL
from core.settings import ROOT, WEIGHTS, PhotosSettings, RatingSettings
from tests import faces
from tests.patience import PATIENCE, until
from tests.webapp.sandbox import zips
from tests.webapp.sandbox.pools import ADULT, CLASSIFIER, DETECTOR, faulty_pool, wait_for_end, worker_state
from webapp.sandbox.pool import Pool
from webapp.sandbox.worker_settings import WorkerSettings


def test_a_picture_is_rated_as_core_rates_it(faulty: Pool) -> None:
    result = faulty.rate(ADULT, DETECTOR, CLASSIFIER).result(PATIENCE)
    image = decode_picture(ADULT, 25, 40)
    assert (result.width, result.height) == (720, 720)
    assert list(result.faces) == load_analyzer(DETECTOR, CLASSIFIER, RatingSettings()).analyze(image)
    drawn = decode_picture(result.drawn, 25, 40)
    assert drawn.shape == image.shape
    assert (drawn != image).any()


def test_a_patch_rates_much_like_its_picture(faulty: Pool) -> None:
    (patch,) = faulty.rate(ADULT, DETECTOR, CLASSIFIER).result(PATIENCE).patches
    analyzer = load_analyzer(DETECTOR, CLASSIFIER, RatingSettings())
    assert patch.face.rating is not None
    assert analyzer.classifier.rating(decode_picture(patch.jpeg, 25, 40), patch.face) == pytest.approx(
        patch.face.rating, abs=0.15
    )


def test_where_a_picture_was_taken_stays_in_it(faulty: Pool) -> None:
    heic = (faces.DATA / "pictures" / "turned.heic").read_bytes()
    assert b"Exif" in heic
    assert b"Fairest" in heic
    result = faulty.rate(heic, DETECTOR, CLASSIFIER).result(PATIENCE)
    for data in (result.drawn, *(patch.jpeg for patch in result.patches)):
        assert b"Exif" not in data
        assert b"Fairest" not in data


def test_refusals_are_written_as_asked_for(faulty: Pool) -> None:
    small = np.asarray(Image.fromarray(decode_picture(ADULT, 25, 40)).resize((80, 80)))
    stream = io.BytesIO()
    Image.fromarray(np.pad(small, ((80, 240), (160, 160), (0, 0)), "edge")).save(stream, "PNG")
    english = faulty.rate(stream.getvalue(), "facegrid_fine", CLASSIFIER).result(PATIENCE)
    russian = faulty.rate(stream.getvalue(), "facegrid_fine", CLASSIFIER, "", {TOO_SMALL: "мелко"}).result(PATIENCE)
    assert [face.refused for face in english.faces] == [TOO_SMALL]
    assert english.faces == russian.faces
    assert english.drawn != russian.drawn


def test_sentences_arrive_with_their_text_and_values(faulty: Pool) -> None:
    with pytest.raises(ImageError, match="something else"):
        faulty.rate(b"<svg/>", DETECTOR, CLASSIFIER).result(PATIENCE)
    with pytest.raises(UnknownModelError, match="nobody"):
        faulty.rate(ADULT, "nobody", CLASSIFIER).result(PATIENCE)
    with pytest.raises(ImageError) as caught:
        faulty.rate(bytes(26_000_000), DETECTOR, CLASSIFIER).result(PATIENCE)
    assert caught.value.values == {"most": 25, "size": 26.0}


def test_errors_hold_no_picture(faulty: Pool) -> None:
    future = faulty.rate(b"<svg/>", DETECTOR, CLASSIFIER)
    error = future.exception(PATIENCE)
    assert error is not None
    assert (error.__cause__, error.__context__, error.__traceback__) == (None, None, None)


def test_a_zips_pictures_are_rated_one_by_one(faulty: Pool) -> None:
    data = zips.zipped({"../a.jpg": ADULT, "b.jpg": b"no picture", "c.zip": zips.zipped({"x": b""})})
    archive = faulty.open(data, "me").result(PATIENCE)
    assert [(entry.index, entry.name) for entry in archive.entries] == [(0, "a.jpg"), (1, "b.jpg")]
    assert [refusal.name for refusal in archive.refused] == ["c.zip"]
    rated_alone = faulty.rate(ADULT, DETECTOR, CLASSIFIER).result(PATIENCE)
    assert archive.rate(0, DETECTOR, CLASSIFIER).result(PATIENCE).faces == rated_alone.faces
    with pytest.raises(ImageError, match="something else"):
        archive.rate(1, DETECTOR, CLASSIFIER).result(PATIENCE)
    archive.close()
    with pytest.raises(ValueError, match="closed"):
        archive.rate(0, DETECTOR, CLASSIFIER)


def test_what_is_no_zip_gets_a_sentence(faulty: Pool) -> None:
    with pytest.raises(ImageError, match="truncated or damaged"):
        faulty.open(b"PK\x03\x04").result(PATIENCE)


def test_workers_forget_archives(faulty: Pool) -> None:
    data = zips.zipped({"a.jpg": b"one"})
    first, second = (faulty.open(data, owner).result(PATIENCE) for owner in "ab")
    assert len(worker_state(faulty)["archives"]) == 2
    first.close()
    assert len(worker_state(faulty)["archives"]) == 1
    second.close()
    assert worker_state(faulty)["archives"] == []


def test_large_archives_take_each_others_place_and_come_back() -> None:
    data = zips.zipped({"a.jpg": b"no picture", "b": np.random.default_rng(0).bytes(600_000)})
    with faulty_pool(WorkerSettings(photos=PhotosSettings(max_archive_mb=1))) as pool:
        first, second = (pool.open(data, owner).result(PATIENCE) for owner in "ab")
        assert len(worker_state(pool)["archives"]) == 1
        for archive in (first, second, first):
            with pytest.raises(ImageError, match="something else"):
                archive.rate(0, DETECTOR, CLASSIFIER).result(PATIENCE)


def test_a_worker_has_and_knows_only_what_it_needs(faulty: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIREST_SECRET", "x" * 40)
    state = worker_state(faulty)
    assert not {"streamlit", "aiortc", "av", "pandas", "altair", "starlette", "tornado"} & set(state["modules"])
    assert not [name for name in state["environment"] if name.startswith("FAIREST_")]
    assert "not for workers" not in str(state)
    assert state["settings"]["rating"]["weights_dir"] == str(WEIGHTS)


def test_an_owners_jobs_are_cancelled_alone(faulty: Pool) -> None:
    running = faulty.submit("work", {}, seconds=0.5, owner="a")
    until(running.running)
    theirs = [faulty.submit("state", {}, owner="a") for _ in range(3)]
    ours = faulty.submit("state", {}, owner="b")
    assert faulty.cancel("a") == 3
    assert all(future.cancelled() for future in theirs)
    assert ours.result(PATIENCE).header["pid"]
    assert running.exception(PATIENCE)


def test_one_job_can_be_cancelled(faulty: Pool) -> None:
    running = faulty.submit("work", {}, seconds=0.5)
    until(running.running)
    waiting: Future[Any] = faulty.submit("state", {})
    assert waiting.cancel()
    assert worker_state(faulty)["pid"]


def test_models_are_made_ready_once(passing: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: list[str] = []
    add = passing._add

    def noted(job: Any) -> Any:
        kinds.append(job.kind)
        return add(job)

    monkeypatch.setattr(passing, "_add", noted)
    for _ in range(3):
        passing.start(DETECTOR, CLASSIFIER)
    assert kinds == ["warm"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux tells")
def test_an_idle_worker_ends_and_another_comes_when_needed(passing: Pool) -> None:
    first = worker_state(passing)["pid"]
    wait_for_end(first)
    assert worker_state(passing)["pid"] != first


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux tells")
def test_closing_ends_everything(passing: Pool) -> None:
    working = [passing.submit("work", {}) for _ in range(2)]
    until(lambda: all(job.running() for job in working))
    waiting = [passing.submit("state", {}) for _ in range(3)]
    passing.close()
    assert wait([*working, *waiting], PATIENCE).not_done == set()
    assert all(isinstance(future.exception(), FairestError) for future in working)
    assert all(future.cancelled() for future in waiting)
    with pytest.raises(CancelledError):
        passing.call("state", {})
    passing.close()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux tells")
def test_workers_end_with_a_server_that_was_killed() -> None:
    code = """
import os, signal
from webapp.sandbox import pool, worker_settings
p = pool.Pool(worker_settings.WorkerSettings())
p.call("forget", {})
print(p._slots[0]._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    server = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    wait_for_end(int(server.stdout))


def test_several_workers_work_side_by_side(passing: Pool) -> None:
    busy = passing.submit("work", {})
    until(busy.running)
    assert worker_state(passing)["pid"]
    assert not busy.done()


def test_workers_rest_after_a_job_while_something_else_lacks_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.sandbox.pool.REST", 1e9)
    monkeypatch.setattr("webapp.sandbox.pool.MAX_REST_SECONDS", 10 * PATIENCE)
    asked = threading.Event()

    def lacks_time() -> bool:
        asked.set()
        return True

    with faulty_pool(WorkerSettings()) as pool:
        assert worker_state(pool)["pid"]
        pool.yield_while(lacks_time)
        assert worker_state(pool)["pid"]
        assert asked.wait(PATIENCE)
        during_rest = pool.submit("state", {})
        time.sleep(0.5)
        assert not during_rest.running()
        assert not during_rest.done()
        assert not pool.busy
    assert during_rest.cancelled()


def test_workers_rest_in_proportion_to_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.sandbox.pool.REST", 3.0)
    clock = itertools.count(step=0.1)  # The job begins at one tick and ends at the next.
    with faulty_pool(WorkerSettings()) as pool:
        monkeypatch.setattr(pool, "_clock", lambda: next(clock))
        pool.yield_while(lambda: True)
        worker_state(pool)
        begin = time.monotonic()
        worker_state(pool)
        assert time.monotonic() - begin >= 0.25
