"""`benchmarks`: write the documents' figures from the reports."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.output.files import write_file
from core.settings import ROOT
from training.commands.options import add_weights

HELP = "write docs/benchmarks.md and the figures in other documents from the reports of what ships"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    add_weights(parser)
    parser.add_argument("--root", type=Path, default=ROOT, help="folder whose documents are written (default: ours)")


def run(arguments: argparse.Namespace) -> None:
    """Write the documents that changed, and print their paths."""
    from training.benchmarks.page import documents

    for path, text in documents(arguments.weights, arguments.root).items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, text)
            print(path)
