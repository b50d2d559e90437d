"""`prelabel`: write initial labels with Fairest's detector."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "draw a detector's boxes into labelme files, so that a person only corrects"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder of pictures")
    parser.add_argument("--detector", metavar="NAME", help="who finds the faces (default: that of the settings)")
    parser.add_argument("--overwrite", action="store_true", help="replace label files too, corrected ones as well")


def run(arguments: argparse.Namespace) -> None:
    """Label the pictures; print what was skipped, and counts."""
    from core.models.detector import load_detector
    from core.settings_reader import load_settings
    from training.data.prelabel import prelabel

    settings = load_settings()
    detector = load_detector(arguments.detector or settings.rating.detector, settings.rating)
    summary = prelabel(arguments.folder, detector, settings.pictures, arguments.overwrite)
    for sentence in summary.skipped:
        print(f"skipped {sentence}", file=sys.stderr)
    print(
        f"label files: {summary.written} written, {summary.kept} kept as they were; "
        f"pictures skipped: {len(summary.skipped)}"
    )
    if summary.faceless:
        print(f"without a face: {summary.faceless} of those written. Look at them first: they count as negatives.")
