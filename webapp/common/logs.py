"""Structured logs: one JSON object a line on stderr. No picture, face, rating or address is ever logged."""

from __future__ import annotations

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

OURS = ("core", "webapp")
"""Loggers whose records go out; libraries keep their own."""


def set_up() -> None:
    """Send our loggers' records to stderr; once a process, a second call changes nothing."""
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
