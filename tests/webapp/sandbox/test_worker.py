"""The worker's program as it is started, and its way of serving within this process."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import pytest

from core.settings import ROOT
from webapp.sandbox import wire
from webapp.sandbox.wire import Message
from webapp.sandbox.workbench import Workbench
from webapp.sandbox.worker import answered, serve
from webapp.sandbox.worker_settings import WorkerSettings

SETTINGS: dict[str, Any] = {"photos": {"max_pictures": 7}}


def job_stream(*jobs: Message) -> bytes:
    stream = io.BytesIO()
    wire.write(stream, SETTINGS)
    for job in jobs:
        wire.write(stream, job.header, job.blobs)
    return stream.getvalue()


def read_messages(data: bytes) -> list[Message]:
    stream, messages = io.BytesIO(data), []
    while (message := wire.read(stream, 10_000_000)) is not None:
        messages.append(message)
    return messages


def test_the_program_answers_on_standard_output_alone_and_ends_with_its_input() -> None:
    completed = subprocess.run(
        [sys.executable, "-m", "webapp.sandbox.worker"],
        cwd=ROOT,
        input=job_stream(
            Message({"kind": "forget"}), Message({"kind": "warm", "detector": "nobody", "classifier": "x"})
        ),
        capture_output=True,
        check=True,
        timeout=60,
    )
    ready, forgotten, error = read_messages(completed.stdout)
    assert (ready, forgotten) == (Message({}), Message({}))
    kind, text, values = error.header["error"]
    assert kind == "UnknownModelError"
    assert "nobody" in text.format(**values) if values else text


def test_a_program_without_input_ends() -> None:
    completed = subprocess.run(
        [sys.executable, "-m", "webapp.sandbox.worker"], cwd=ROOT, input=b"", check=True, timeout=60
    )
    assert completed.returncode == 0


def test_the_worker_imports_nothing_of_the_page_and_reads_no_settings() -> None:
    code = "import sys, webapp.sandbox.worker; print(*sys.modules)"
    completed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in completed.stdout.split()}
    assert not loaded & {"streamlit", "aiortc", "av", "pandas", "altair", "starlette", "tornado", "tensorflow"}
    assert "pydantic_settings" not in loaded


def test_jobs_are_answered_in_turn() -> None:
    answers = io.BytesIO()
    serve(io.BytesIO(job_stream(Message({"kind": "forget"}), Message({"kind": "forget"}))), answers)
    assert read_messages(answers.getvalue()) == [Message({})] * 3


@pytest.fixture
def bench() -> Workbench:
    return Workbench(WorkerSettings.model_validate(SETTINGS), lambda _stage: None)


def test_archives_are_kept_and_forgotten_as_instructed(bench: Workbench) -> None:
    answered(bench, Message({"kind": "forget", "keep": 1}, (b"one",)))
    answered(bench, Message({"kind": "forget", "keep": 2, "forget": [1, 9]}, (b"two",)))
    assert bench.archives == {2: b"two"}
