"""The worker process that opens and rates untrusted pictures.

    python -m webapp.sandbox.worker

Jobs arrive on standard input, answers go to standard output, both in the format of webapp.sandbox.wire. The first
message holds the settings; the process exits at the end of its input. It imports no web framework, writes no files and
logs nothing. Before the first job it gives up all other privileges (webapp.sandbox.confinement); its first answer says
which protections the system lacks.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from core import memory
from core.errors import FairestError, ImageError
from webapp.sandbox import confinement, limits, wire
from webapp.sandbox.jobs import JOBS
from webapp.sandbox.wire import Message
from webapp.sandbox.workbench import Workbench
from webapp.sandbox.worker_settings import WorkerSettings

MAX_JOB_BYTES = 1_100_000_000
"""Slightly more than the largest file that the settings allow."""


def answered(bench: Workbench, job: Message) -> Message:
    """Run a job and return its answer, or `error`: the error's type, text and values."""
    for number in job.header.get("forget", ()):
        bench.archives.pop(number, None)
    if "keep" in job.header:
        bench.archives[job.header["keep"]] = job.blobs[0]
    try:
        return JOBS[job.header["kind"]](bench, job.header, job.blobs)
    except FairestError as error:
        return Message({"error": [type(error).__name__, error.text, error.values]})
    except MemoryError:
        short = ImageError("Expected a picture that needs less memory to be rated. Scale it down and try again.")
        return Message({"error": [type(short).__name__, short.text, short.values]})


def free(_models: Path) -> Sequence[str]:
    """Confine nothing, for use inside a process that has other tasks."""
    return ()


def serve(jobs: IO[bytes], answers: IO[bytes], confine: Callable[[Path], Sequence[str]] = free) -> None:
    """Answer jobs until the input ends.

    Args:
        jobs: stream of jobs.
        answers: stream of answers.
        confine: called before the first job with the folder of the models; see webapp.sandbox.confinement.
    """
    first = wire.read(jobs, MAX_JOB_BYTES)
    if first is None:
        return

    def report_stage(stage: str) -> None:
        wire.write(answers, {"stage": stage})

    bench = Workbench(WorkerSettings.model_validate(first.header), report_stage)
    lacking = confine(bench.settings.rating.weights_dir)
    wire.write(answers, {"lacking": lacking} if lacking else {})
    while (job := wire.read(jobs, MAX_JOB_BYTES)) is not None:
        answer = answered(bench, job)
        wire.write(answers, answer.header, answer.blobs)
        del job, answer
        memory.trim()


def main() -> None:
    """Reserve standard output for answers and serve."""
    # Redirect anything that libraries print, so that it does not mix with the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    limits.harden()
    memory.limit_arenas()
    serve(sys.stdin.buffer, answers, confinement.confine)


if __name__ == "__main__":
    main()
