"""Structured logs: one JSON object per line on stderr. Pictures, faces, ratings and addresses are never logged."""

from __future__ import annotations

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

OURS = ("core", "webapp")
"""Loggers whose records are emitted; libraries keep their own configuration."""
SILENT = "python_multipart"
"""A library's logger that writes what clients sent, unformatted; the client is told itself."""


def set_up() -> None:
    """Send the project's log records to stderr. Idempotent."""
    logging.getLogger(SILENT).handlers = [logging.NullHandler()]
    logging.getLogger(SILENT).propagate = False
    for name in OURS:
        logger = logging.getLogger(name)
        if logger.handlers:
            continue
        handler = logging.StreamHandler(sys.stderr)
        names = {"asctime": "time", "levelname": "level", "name": "logger"}
        handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields=names))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
