"""`fairest weights`: download missing model files; `app` and `rate` do so too if a URL is configured."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from core.errors import FairestError
from core.models.fetching import fetch_missing
from core.settings import ModelSettings
from core.settings_reader import load_settings

PROGRAM = "fairest weights"


def parser() -> argparse.ArgumentParser:
    """Build the command line parser."""
    argument_parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Download missing model files and check each against its SHA-256; interrupted downloads resume.",
    )
    argument_parser.add_argument(
        "--from",
        dest="address",
        metavar="URL",
        help="URL of a folder that contains them (default: FAIREST_WEIGHTS_URL)",
    )
    return argument_parser


def bring(settings: ModelSettings, program: str) -> int:
    """Download the missing files, with progress on standard error; return the number of files downloaded.

    Args:
        settings: model settings.
        program: program name as the user typed it, prefixed to every message.

    Raises:
        WeightsError: see core.models.fetching.fetch_missing.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    terminal = Console(stderr=True, highlight=False)
    with ExitStack() as stack:
        shown: dict[str, TaskID] = {}
        bar = Progress(*columns, console=terminal, disable=not terminal.is_terminal)

        def show_progress(name: str, completed: int, total: int) -> None:
            if name not in shown:
                if not shown:
                    stack.enter_context(bar)
                shown[name] = bar.add_task(name)
                print(f"{program}: fetching {name}", file=sys.stderr, flush=True)
            bar.update(shown[name], completed=completed, total=total or None)

        return fetch_missing(settings, show_progress)


def main(words: list[str]) -> int:
    """Download the missing model files and return the exit status."""
    arguments = parser().parse_args(words)
    try:
        overrides = {} if arguments.address is None else {"weights_url": arguments.address}
        settings = load_settings(**overrides).rating
        fetched = bring(settings, PROGRAM)
    except FairestError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 2
    print(f"{fetched} model files downloaded; all are in {settings.weights_dir}.")
    return 0


def bring_if_told(program: str) -> bool:
    """Download missing files if a URL is configured; return whether the program can continue.

    Invalid settings are not reported here: whatever loads them next reports them.
    """
    try:
        settings = load_settings().rating
    except FairestError:
        return True
    try:
        if settings.weights_url:
            bring(settings, program)
    except FairestError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return False
    return True
