"""`fairest training`: same as `python -m training`."""

from __future__ import annotations

import importlib

PROGRAM = "fairest training"


def main(words: list[str], program: str = PROGRAM) -> int:
    """Pass the arguments on and return the exit status. program: what the user typed before them."""
    # Imported by name: webapp must not depend on training, and runs where it is not installed.
    status: int = importlib.import_module("training.__main__").main(words, program)
    return status
