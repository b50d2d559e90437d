"""Resource use of the server and its workers, read from /proc (Linux)."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.bench.process import cpu_seconds, family, resident_mb, threads

NANOSECONDS = 1e9


@dataclass(frozen=True, slots=True)
class Reading:
    """Resource use of a server and its workers at one time.

    server_mb, workers_mb: resident memory, megabytes. threads, descriptors, sockets: of the server, as counted by the
    kernel; descriptors include sockets. worker_threads, worker_descriptors: of all workers. workers: processes.
    server_cpu, workers_cpu: CPU seconds since each started. load: load average of the machine.
    """

    server_mb: float
    workers_mb: float
    threads: int
    descriptors: int
    sockets: int
    workers: int
    worker_threads: int
    worker_descriptors: int
    server_cpu: float
    workers_cpu: float
    load: float


def read(pid: int) -> Reading:
    """Read the resource use of a server by its process id; a worker that is just exiting is left out.

    Raises:
        OSError: the server has exited.
    """
    links = descriptors(pid)
    workers = []
    for worker in family(pid)[1:]:
        with suppress(OSError, RuntimeError):
            workers.append((resident_mb(worker), threads(worker), len(descriptors(worker)), cpu_seconds(worker)))
    return Reading(
        server_mb=resident_mb(pid),
        workers_mb=sum(worker[0] for worker in workers),
        threads=threads(pid),
        descriptors=len(links),
        sockets=sum(link.startswith("socket:") for link in links),
        workers=len(workers),
        worker_threads=sum(worker[1] for worker in workers),
        worker_descriptors=sum(worker[2] for worker in workers),
        server_cpu=cpu_seconds(pid),
        workers_cpu=sum(worker[3] for worker in workers),
        load=os.getloadavg()[0],
    )


def descriptors(pid: int) -> list[str]:
    """Return the target of each open descriptor of a process."""
    targets = []
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            targets.append(os.readlink(path))
    return targets


def workers_seconds(pid: int) -> float:
    """Return the CPU seconds of a server's workers so far, to the microsecond."""
    total = 0
    for worker in family(pid)[1:]:
        for task in Path(f"/proc/{worker}/task").glob("*/schedstat"):
            with suppress(OSError):
                total += int(task.read_text().split()[0])
    return total / NANOSECONDS
