"""`report`: draw the evaluation figures for print."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection
from pathlib import Path

from training.commands.options import add_weights

HELP = "draw the evaluation figures of what ships, as PDF and PNG"


def add_drawing(parser: argparse.ArgumentParser) -> None:
    """Add --weights DIR, --out DIR and --latex WISH."""
    add_weights(parser)
    parser.add_argument("--out", type=Path, default=Path("figures"), help="a folder a model is made in it")
    parser.add_argument(
        "--latex",
        choices=("auto", "yes", "no"),
        default="auto",
        help="set the text by LaTeX: where it works (default), always, never",
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    parser.add_argument("models", nargs="*", metavar="MODEL", help="or overview, all models together; default: all")
    add_drawing(parser)


def draw(arguments: argparse.Namespace, only: Collection[str] = ()) -> None:
    """Draw all or only some figures of the models named; print the files, and on stderr what was missing."""
    from training.evaluate.report import draw_reports

    report = draw_reports(arguments.models, arguments.weights, arguments.out, arguments.latex, only)
    for path in report.files:
        print(path)
    for note in report.notes:
        print(f"python -m training: {note}", file=sys.stderr)


def run(arguments: argparse.Namespace) -> None:
    """Draw every figure of every model."""
    draw(arguments)
