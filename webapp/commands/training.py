"""`fairest training`: as `python -m training`."""

from __future__ import annotations

import importlib

PROGRAM = "fairest training"


def main(words: list[str], program: str = PROGRAM) -> int:
    """Hand the words on; returns the exit status. program: what the caller typed before them."""
    # By name: the page must not know how models come to be, and runs where training is not.
    status: int = importlib.import_module("training.__main__").main(words, program)
    return status
