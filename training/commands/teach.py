"""`teach`: ratings by trained models, for others to learn from."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.commands.options import add_data, add_weights

HELP = "write what the networks that started from ImageNet say of training and unrated faces"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's command line."""
    add_data(parser)
    add_weights(parser)
    parser.add_argument("--out", type=Path, default=Path("runs/teacher.csv"), help="default: runs/teacher.csv")


def run(arguments: argparse.Namespace) -> None:
    """Write the file."""
    from training.teach import teach

    count = teach(arguments.data, arguments.weights, arguments.out)
    print(f"{arguments.out}: {count} faces rated by the teachers")
