"""`confusion_matrix`: draw that figure alone."""

from __future__ import annotations

import argparse

from training.commands.report import add_drawing, draw

HELP = "draw a classifier's confusion matrix, as PDF and PNG"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    parser.add_argument("models", nargs="+", metavar="MODEL", help="a classifier that has a report")
    parser.add_argument("--normalised", action="store_true", help="percents of each true class in place of counts")
    add_drawing(parser)


def run(arguments: argparse.Namespace) -> None:
    """Draw one figure per model."""
    from core.evaluation.figures.registry import COUNTS, PERCENT

    draw(arguments, only=[PERCENT if arguments.normalised else COUNTS])
