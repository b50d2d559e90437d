"""Arguments that several verbs share."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.settings import ROOT
from training.cards import CARDS, TRAINED_AS


def add_data(parser: argparse.ArgumentParser) -> None:
    """--data DIR."""
    parser.add_argument("--data", type=Path, default=Path("data"), help="the data folder (default: data)")


def add_runs(parser: argparse.ArgumentParser) -> None:
    """--runs DIR."""
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of the runs (default: runs)")


def add_weights(parser: argparse.ArgumentParser) -> None:
    """--weights DIR."""
    parser.add_argument("--weights", type=Path, default=ROOT / "weights", help="folder of what ships")


def models() -> list[str]:
    """Every model that ships, sorted."""
    return sorted(CARDS)


def trainable() -> list[str]:
    """Every model that can be trained, sorted."""
    return sorted(CARDS.keys() - TRAINED_AS)
