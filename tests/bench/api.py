"""The HTTP API under load: any number of clients, each of which sends a photo as soon as the last one is answered.

Compared, in the same run and on the same cores, with a Flask route that calls its models, the simplest pattern in
public use. The clients are simulated by locust in a separate process.
"""

from __future__ import annotations

import csv
import importlib.util
import os
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from core.settings import ROOT
from tests import faces
from tests.bench.process import family, resident_mb
from tests.browser.serving import end, free_port, served
from tests.patience import PATIENCE, until

PICTURE = faces.FOLDER / faces.ADULT
SERVERS = {"fairest": "/v1/rate", "flask": "/rate"}
"""The servers, with the path of their rating endpoint."""


@dataclass(frozen=True, slots=True)
class Row:
    """One server's results. Times in ms, from the request to the complete response, of answered requests.

    answered, refused: counts. per_second: answered. memory_mb: peak of the server's processes together.
    """

    server: str
    clients: int
    seconds: float
    answered: int
    refused: int
    per_second: float
    p50: float
    p95: float
    memory_mb: float


def measure(server: str, clients: int, seconds: float) -> Row:
    """Measure one server with this number of clients.

    Raises:
        RuntimeError: locust is not installed, or no request was answered.
    """
    if importlib.util.find_spec("locust") is None:
        raise RuntimeError("expected locust: python -m pip install -r tests/bench/requirements.txt")
    with _running(server) as (url, pid), _most_memory(pid) as memory, tempfile.TemporaryDirectory() as folder:
        _warm(url + SERVERS[server])
        _call(url, SERVERS[server], clients, seconds, Path(folder) / "load")
        return row_of(server, clients, seconds, Path(folder) / "load_stats.csv", max(memory))


def row_of(server: str, clients: int, seconds: float, path: Path, memory_mb: float) -> Row:
    """Return locust's results for a server.

    Raises:
        RuntimeError: no request was answered.
    """
    with path.open(newline="", encoding="utf-8") as stream:
        counts = {row["Name"]: row for row in csv.DictReader(stream)}
    if SERVERS[server] not in counts:
        raise RuntimeError(f"expected answers of {server}; received {', '.join(counts) or 'none'}")
    answered = counts[SERVERS[server]]
    return Row(
        server=server,
        clients=clients,
        seconds=seconds,
        answered=int(answered["Request Count"]),
        refused=int(counts["refused"]["Request Count"]) if "refused" in counts else 0,
        per_second=float(answered["Requests/s"]),
        p50=float(answered["50%"]),
        p95=float(answered["95%"]),
        memory_mb=memory_mb,
    )


@contextmanager
def _running(server: str) -> Iterator[tuple[str, int]]:
    """Start a server; yield its address and process id."""
    if server == "fairest":
        with served(TF_CPP_MIN_LOG_LEVEL="2") as app:
            yield app.url, app.pid
        return
    port = free_port()
    command = [sys.executable, "tests/bench/apps/route.py", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://localhost:{port}", process.pid
    finally:
        end(process)


def _warm(address: str) -> None:
    """Wait until the first picture has been rated."""

    def rated() -> bool:
        request = urllib.request.Request(address, PICTURE.read_bytes(), {"content-type": "image/jpeg"})
        try:
            with urllib.request.urlopen(request) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    until(rated, "a first picture is rated")


def _call(url: str, route: str, clients: int, seconds: float, prefix: Path) -> None:
    command = [sys.executable, "-m", "locust", "-f", "tests/bench/locustfile.py", "--headless", "--only-summary"]
    command += ["--host", url, "--users", str(clients), "--spawn-rate", str(clients), "--run-time", f"{seconds:.0f}s"]
    # Refusals do not fail the run; requests in flight at its end are awaited and counted.
    command += ["--exit-code-on-error", "0", "--csv", str(prefix), "--stop-timeout", f"{PATIENCE:.0f}"]
    environment = os.environ | {"PICTURE": str(PICTURE), "ROUTE": route}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


@contextmanager
def _most_memory(pid: int) -> Iterator[list[float]]:
    """Sample the megabytes of a process and its children, four times a second."""
    megabytes: list[float] = [0.0]
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.25):
            # A process may exit between the two reads.
            with suppress(OSError, RuntimeError):
                megabytes.append(sum(resident_mb(member) for member in family(pid)))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield megabytes
    finally:
        over.set()
        thread.join()


def table(rows: list[Row]) -> str:
    """Format the servers' results side by side."""
    lines = [f"{'':<10}{'answered':>10}{'refused':>10}{'a second':>10}{'p50':>8}{'p95':>8}{'MB':>8}"]
    for row in rows:
        lines.append(
            f"{row.server:<10}{row.answered:>10}{row.refused:>10}{row.per_second:>10.2f}{row.p50:>8.0f}{row.p95:>8.0f}"
            f"{row.memory_mb:>8.0f}"
        )
    return "\n".join(lines)


def report(rows: list[Row]) -> dict[str, object]:
    """Return the results as stored in weights/reports/."""
    return {"cores": os.cpu_count(), "servers": [asdict(row) for row in rows]}
