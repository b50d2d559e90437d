"""`teach`: write trained models' ratings, for other models to learn from."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.commands.options import add_data, add_weights, check_range, check_seed

HELP = "write the teachers' ratings of training faces, unrated faces and views of them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    add_data(parser)
    add_weights(parser)
    parser.add_argument("--out", type=Path, default=Path("runs/teacher.csv"), help="default: runs/teacher.csv")
    parser.add_argument("--views", type=int, default=16_000, help="views and blends of faces (default: 16000)")
    parser.add_argument("--seed", type=int, default=1, help="of the views (default: 1)")


def run(arguments: argparse.Namespace) -> None:
    """Write the files.

    Raises:
        TrainingError: a negative number of views or seed.
    """
    from training.prepare.teach import teach

    check_range(arguments, views=0)
    check_seed(arguments)
    count = teach(arguments.data, arguments.weights, arguments.out, arguments.views, arguments.seed)
    print(f"{arguments.out}: {count} faces and {arguments.views} views rated by the teachers")
