"""`conventions`: measure each data set's convention for face boxes."""

from __future__ import annotations

import argparse

from training.commands.options import add_data, check_range

HELP = "measure how each data set draws its face boxes, in eye distances"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    add_data(parser)
    parser.add_argument("--most", type=int, default=350, help="pictures a set (default: 350)")


def run(arguments: argparse.Namespace) -> None:
    """Print a line per data set."""
    from training.data.conventions import DRAWINGS
    from training.data.measure_conventions import measure

    check_range(arguments, most=1)
    for source in DRAWINGS:
        drawing, count = measure(arguments.data, source, arguments.most, seed=0)
        shape = f"top {drawing.top:+.2f}  bottom {drawing.bottom:+.2f}  width {drawing.width:.2f}"
        print(f"{source:<13} {count:>4} faces  {shape}")
