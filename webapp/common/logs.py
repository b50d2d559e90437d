"""Structured logs: one JSON object per line on stderr. Pictures, faces, ratings and addresses are never logged."""

from __future__ import annotations

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

OURS = ("core", "webapp")
"""Loggers whose records are emitted; libraries keep their own configuration."""


def set_up() -> None:
    """Send the project's log records to stderr. Idempotent."""
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
