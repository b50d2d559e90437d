from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from core.settings import ROOT
from webapp.common import logs


@pytest.fixture
def our_loggers() -> Iterator[None]:
    """As before the app started, and so again afterwards."""
    yield
    for name in (*logs.OURS, logs.SILENT):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.NOTSET)


@pytest.mark.usefixtures("our_loggers")
def test_a_record_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    logs.set_up()
    logging.getLogger("core.live.engine").info("viewer takes a place", extra={"viewer": 3, "place": 0})
    (line,) = capsys.readouterr().err.splitlines()
    record = json.loads(line)
    assert record.pop("time")
    assert record == {
        "level": "INFO",
        "logger": "core.live.engine",
        "message": "viewer takes a place",
        "viewer": 3,
        "place": 0,
    }


@pytest.mark.usefixtures("our_loggers")
def test_an_error_keeps_its_trace_on_that_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    try:
        raise RuntimeError("no model")
    except RuntimeError:
        logging.getLogger("webapp.live.stream").exception("drawing a frame failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert "no model" in json.loads(line)["exc_info"]


def test_what_a_library_says_of_a_broken_form_is_not_among_the_lines() -> None:
    """In a process of its own: pytest's handlers keep Python from writing to stderr what nobody handles."""
    code = """
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser
from webapp.common import logs
logs.set_up()
try:
    MultipartParser(b"edge").write(b"no form")
except MultipartParseError:
    print("broken")
"""
    completed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (completed.stdout, completed.stderr) == ("broken\n", "")
