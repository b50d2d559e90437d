"""Files made to do harm, through the pool as the page uses it: each ends in a picture or in a sentence."""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from core.errors import FairestError
from core.settings import PhotosSettings
from tests.webapp.sandbox import corpus
from webapp.sandbox.pool import Pool
from webapp.sandbox.worker_settings import WorkerSettings

T = TypeVar("T")

DETECTOR, CLASSIFIER = "facegrid", "mobilenet_v2"
PATIENCE = 100.0
"""Seconds; only a machine that is busy with other things needs so many."""
MAX_CPU = 10.0
"""Seconds of processor time until a file that cannot be opened is told, on a slow machine that is busy with others:
a quiet one takes less than a second, what is opened whole takes minutes."""
MAX_MEMORY = 300_000_000
"""Bytes that a file may take on top of what the worker has."""
SENTENCE = re.compile(r"Expected [^/\\]+\.")
OPENED = {
    "65,500 x 16",
    "300 frames of GIF",
    "30 frames of WebP",
    "CMYK JPEG",
    "16-bit PNG",
    "16-bit TIFF",
    "TIFF of 40 million pixels",
    "JPEG that is a zip, too",
    *(f"EXIF orientation {number}" for number in range(1, 9)),
}
"""Odd, but good."""

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux tells what a worker takes"),
]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where libraries put temporary files."""
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="module")
def pool(scratch: Path) -> Iterator[Pool]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(scratch))
        shared_pool = Pool(WorkerSettings())
        shared_pool.start(DETECTOR, CLASSIFIER)
        yield shared_pool
        shared_pool.close()


def worker_of(pool: Pool) -> int:
    """The process that is ready for the next job."""
    pool.call("warm", {"detector": DETECTOR, "classifier": CLASSIFIER}, seconds=PATIENCE)
    process = pool._slots[0]._process
    assert process is not None
    return process.pid


def kilobytes(pid: int, name: str) -> int:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1])


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def watched(pool: Pool) -> Iterator[list[bool]]:
    """Around a job: what the worker takes is within limits. The list tells whether it rated something, too."""
    pid = worker_of(pool)
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    memory, begin = kilobytes(pid, "VmRSS"), cpu(pid)
    rated: list[bool] = []
    yield rated
    process = pool._slots[0]._process
    if process is not None and process.pid == pid:
        assert (kilobytes(pid, "VmHWM") - memory) * 1024 < MAX_MEMORY
        assert cpu(pid) - begin < MAX_CPU * (1 + len(rated))


def outcome(future: Future[T]) -> T | None:
    """What came of a job; None after a sentence, which tells nothing but what is wrong."""
    try:
        return future.result(PATIENCE)
    except FairestError as error:
        message = str(error)
    assert SENTENCE.fullmatch(message)
    assert not re.search("traceback|error|exception|me.jpg", message, re.IGNORECASE)
    return None


@pytest.mark.parametrize(("name", "make"), [pytest.param(name, make, id=name) for name, make in corpus.pictures()])
def test_a_picture(pool: Pool, scratch: Path, name: str, make: Callable[[], bytes]) -> None:
    data = make()
    with watched(pool) as rated:
        if outcome(pool.rate(data, DETECTOR, CLASSIFIER)):
            rated.append(True)
    assert rated or name not in OPENED
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(("name", "make"), [pytest.param(name, make, id=name) for name, make in corpus.archives()])
def test_a_zip(pool: Pool, scratch: Path, name: str, make: Callable[[], bytes]) -> None:
    data = make()
    with watched(pool) as rated:
        archive = outcome(pool.open(data, "me"))
        if archive is None:
            return
        assert len(archive.entries) <= PhotosSettings().max_pictures
        for refusal in archive.refused:
            assert SENTENCE.fullmatch(str(refusal.error))
        for entry in archive.entries[:3]:
            assert "/" not in entry.name
            assert len(entry.name) <= 80
            if outcome(archive.rate(entry.index, DETECTOR, CLASSIFIER)):
                rated.append(True)
        archive.close()
    assert bool(rated) == (name == "names that climb")
    assert list(scratch.iterdir()) == []


def test_a_worker_may_write_no_file_and_dumps_no_core(pool: Pool) -> None:
    pid = worker_of(pool)
    for kind in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        assert resource.prlimit(pid, kind) == (0, 0)
