from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from webapp.common import logs


@pytest.fixture
def our_loggers() -> Iterator[None]:
    """As before the app started, and so again afterwards."""
    yield
    for name in logs.OURS:
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
