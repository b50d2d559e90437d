"""`fairest weights`: bring the model files that are missing; `app` and `rate` do so too, where an address is set."""

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
    """The command line."""
    made = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Fetch the model files that are missing, each checked by its SHA-256; what broke off goes on.",
    )
    made.add_argument(
        "--from", dest="address", metavar="URL", help="address of a folder that has them (default: FAIREST_WEIGHTS_URL)"
    )
    return made


def bring(settings: ModelSettings, program: str) -> int:
    """Fetch what is missing and say so, on the standard error; returns how many files.

    Args:
        settings: of the models.
        program: what the caller typed, before every sentence.

    Raises:
        WeightsError: see core.models.fetching.fetch_missing.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    terminal = Console(stderr=True, highlight=False)
    with ExitStack() as stack:
        shown: dict[str, TaskID] = {}
        bar = Progress(*columns, console=terminal, disable=not terminal.is_terminal)

        def tell(name: str, there: int, total: int) -> None:
            if name not in shown:
                if not shown:
                    stack.enter_context(bar)
                shown[name] = bar.add_task(name)
                print(f"{program}: fetching {name}", file=sys.stderr, flush=True)
            bar.update(shown[name], completed=there, total=total or None)

        return fetch_missing(settings, tell)


def main(words: list[str]) -> int:
    """Returns the exit status."""
    arguments = parser().parse_args(words)
    try:
        given = {} if arguments.address is None else {"weights_url": arguments.address}
        settings = load_settings(**given).rating
        fetched = bring(settings, PROGRAM)
    except FairestError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 2
    print(f"{fetched} model files fetched; all are in {settings.weights_dir}.")
    return 0


def bring_if_told(program: str) -> bool:
    """Fetch what is missing where an address is set; whether the program can go on.

    Settings that cannot be used are told by whatever reads them next.
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
