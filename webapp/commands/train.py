"""`fairest train`: same as `python -m training train`."""

from __future__ import annotations

from webapp.commands import training


def main(words: list[str]) -> int:
    """Train a model and return the exit status."""
    return training.main(["train", *words], "fairest")
