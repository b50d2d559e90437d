from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from core.settings import ROOT
from webapp.sandbox.limits import (
    NICENESS,
    OOM_SCORE,
    OPEN_FILES,
    OPENING_CPU,
    OPENING_MEMORY,
    opening_cpu,
    opening_memory,
)

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems hold to less of it")


def run(code: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: some limits are for good."""
    begin = "import os, resource, signal\nfrom webapp.sandbox import limits\n"
    return subprocess.run(
        [sys.executable, "-c", begin + code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_worker_gives_way_and_writes_nothing(tmp_path: Path) -> None:
    completed = run(f"""
limits.harden()
print(os.nice(0), *(resource.getrlimit(kind) for kind in
    (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE)))
try:
    with open("{tmp_path}/file", "wb") as file:
        file.write(b"pixels")
except OSError:
    print("nothing written")
""")
    niceness = run("print(os.nice(0))").stdout
    assert completed.stdout.splitlines() == [
        f"{min(int(niceness) + NICENESS, 19)} (0, 0) (0, 0) ({OPEN_FILES}, {OPEN_FILES})",
        "nothing written",
    ]


def test_a_worker_goes_before_the_server_when_memory_runs_out() -> None:
    completed = run("""
limits.harden()
print(open("/proc/self/oom_score_adj").read())
""")
    assert int(completed.stdout) == OOM_SCORE


@pytest.mark.skipif(not Path("/proc/self/autogroup").is_file(), reason="this kernel groups no sessions")
def test_a_worker_gives_way_to_processes_of_other_sessions_too() -> None:
    completed = run("""
os.setsid()
limits.harden()
print(open("/proc/self/autogroup").read())
""")
    assert completed.stdout.split()[-1] == str(NICENESS)


def test_time_ends_the_process_even_inside_a_library() -> None:
    completed = run("""
import zlib
with limits.opening(cpu=0.2):
    while True:
        zlib.crc32(bytes(50_000_000))
""")
    assert completed.returncode == -27


def test_time_counts_no_more_afterwards() -> None:
    completed = run("""
with limits.opening(cpu=0.2):
    pass
import time
while time.process_time() < 0.8:
    pass
print("alive", signal.getitimer(signal.ITIMER_PROF))
""")
    assert completed.stdout == "alive (0.0, 0.0)\n"


def test_memory_fails_to_be_had_beyond_and_not_afterwards() -> None:
    completed = run("""
before = resource.getrlimit(resource.RLIMIT_DATA)
try:
    with limits.opening(memory=100_000_000):
        little = bytearray(50_000_000)
        print("little")
        bytearray(100_000_000)
except MemoryError:
    print("no more")
print(len(bytearray(100_000_000)), resource.getrlimit(resource.RLIMIT_DATA) == before)
""")
    assert completed.stdout == "little\nno more\n100000000 True\n"


@pytest.mark.parametrize("megapixels", [1, 40, 60])
def test_a_picture_of_as_many_pixels_as_the_settings_allow_opens(megapixels: int, tmp_path: Path) -> None:
    picture = tmp_path / "picture.jpg"
    Image.new("RGB", (5000, 200 * megapixels), "grey").save(picture)
    completed = run(f"""
from pathlib import Path
from core.images.decode import decode_picture
data = Path({str(picture)!r}).read_bytes()
with limits.opening(limits.opening_cpu({megapixels}), limits.opening_memory({megapixels})):
    print(decode_picture(data, 25, {megapixels}).shape)
""")
    assert completed.stdout == f"({200 * megapixels}, 5000, 3)\n", completed.stderr


def test_fewer_pixels_make_no_limit_narrower() -> None:
    assert (opening_cpu(1), opening_memory(1)) == (opening_cpu(40), opening_memory(40)) == (OPENING_CPU, OPENING_MEMORY)
    assert (opening_cpu(80), opening_memory(80)) == (2 * OPENING_CPU, 2 * OPENING_MEMORY)
