"""`faces`: prepare class folders for training."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "sort class folders: drop duplicates, contradictions, unreadable and faceless pictures, and possible minors"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="has a folder for each label; nothing in it is changed"
    )
    parser.add_argument("--labels", nargs="+", required=True, help="the classes, for example: sexy ugly")
    parser.add_argument(
        "--out", type=Path, help="new or empty folder for the report and copies of the kept (default: DIR-kept)"
    )


def run(arguments: argparse.Namespace) -> None:
    """Sort them and print the outcome for each class."""
    from core.models.age_guard import load_guard
    from core.models.orientation import load_any_way_up
    from core.settings_reader import load_settings
    from training.data.collect import CONTRADICTION, REPORT, collect, summary

    folder = arguments.folder.resolve()
    out = arguments.out or folder.parent / f"{folder.name}-kept"
    settings = load_settings()
    detector = load_any_way_up(settings.rating.detector, settings.rating)
    verdicts = collect(folder, arguments.labels, out, detector, load_guard(settings.rating), settings.pictures)
    print(summary(verdicts))
    contradicting = sum(verdict.reason == CONTRADICTION for verdict in verdicts)
    if contradicting:
        print(f"{contradicting} pictures lie in more than one class and were dropped from all of them.")
    print(f"Copies of what was kept, and the reason for every file in {REPORT}: {out}")
