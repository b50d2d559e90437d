"""Many pictures on the command line: one process, a pool on all cores, and Ray on the same cores, in turn."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from core.cores import cores
from core.settings import ROOT
from tests import faces
from tests.bench.process import peak_mb

ENGINES = {"one process": ("--processes", "1"), "pool": (), "Ray": ("--engine", "ray")}


@dataclass(frozen=True, slots=True)
class Row:
    """engine: one of ENGINES. pictures: number. seconds: of the whole call. driver_mb: peak of the main process."""

    engine: str
    pictures: int
    seconds: float
    driver_mb: float

    @property
    def per_second(self) -> float:
        """Pictures per second."""
        return self.pictures / self.seconds


def write_pictures(folder: Path, count: int) -> Path:
    """Create a folder with this number of pictures of faces."""
    portraits = sorted(faces.FOLDER.glob("*.jpg"))
    folder.mkdir()
    for number in range(count):
        shutil.copyfile(portraits[number % len(portraits)], folder / f"{number:06}.jpg")
    return folder


def measure_many(count: int) -> list[Row]:
    """Return a row for each installed engine."""
    with tempfile.TemporaryDirectory() as folder:
        pictures = write_pictures(Path(folder) / "pictures", count)
        engines = [name for name in ENGINES if name != "Ray" or importlib.util.find_spec("ray")]
        return [
            _timed(engine, pictures, count, Path(folder) / f"{number}.jsonl") for number, engine in enumerate(engines)
        ]


def _timed(engine: str, pictures: Path, count: int, out: Path) -> Row:
    command = [sys.executable, "-m", "core", str(pictures), "--out", str(out), *ENGINES[engine]]
    begin, peak = time.monotonic(), 0.0
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, peak_mb(process.pid) or 0.0)
        time.sleep(0.1)
    seconds = time.monotonic() - begin
    lines = len(out.read_text().splitlines()) if out.exists() else 0
    if process.returncode or lines != count:
        raise RuntimeError(f"expected {count} rows and status 0; received {lines} and {process.returncode}")
    return Row(engine, count, seconds, peak)


def table(rows: list[Row]) -> str:
    """Format times, and ratios to one process."""
    lines = [f"on {cores()} cores{'pictures':>12}{'seconds':>10}{'a second':>10}{'ratio':>8}{'driver, MB':>12}"]
    for row in rows:
        ratio = row.per_second / rows[0].per_second
        lines.append(
            f"{row.engine:<10}{row.pictures:>12}{row.seconds:>10.1f}{row.per_second:>10.2f}{ratio:>8.2f}"
            f"{row.driver_mb:>12.0f}"
        )
    return "\n".join(lines)
