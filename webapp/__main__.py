"""One command for all of it: the page, files, training, and what may be wrong with this machine.

    fairest app      the page
    fairest rate     faces of picture files, as `python -m core`
    fairest train    a model, as `python -m training train`
    fairest training VERB    everything else of `python -m training`
    fairest weights  bring the model files that are missing
    fairest doctor   what keeps the page from working here

`python -m webapp` is the same where nothing is installed. It lives here since this is the one package that may know the
page and core both; training, which no module of the page may import, is looked up by its name when it is asked for.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import sys
import tomllib
from dataclasses import dataclass

from core.settings import INSTALLED, ROOT

PROGRAM = "fairest"


@dataclass(frozen=True, slots=True)
class Command:
    """One command: the module whose `main` takes the words after it, and a line of help."""

    module: str
    help: str


COMMANDS = {
    "app": Command("webapp.commands.app", "serve the page"),
    "rate": Command("webapp.commands.rate", "find and rate the faces of picture files"),
    "train": Command("webapp.commands.train", "fit a model"),
    "training": Command("webapp.commands.training", "collect data, augment it, train, export and measure models"),
    "weights": Command("webapp.commands.weights", "bring the model files that are missing"),
    "doctor": Command("webapp.commands.doctor", "look for what keeps the page from working here"),
}


def version() -> str:
    """The version of the installed package, or that of the repository."""
    if INSTALLED:
        return importlib.metadata.version(PROGRAM)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def parser() -> argparse.ArgumentParser:
    """The first word of the command line; what follows is the command's own."""
    made = argparse.ArgumentParser(
        prog=PROGRAM, description="Faces, live or in files, and how attractive a panel of people would have rated them."
    )
    made.add_argument("--version", action="version", version=f"{PROGRAM} {version()}")
    verbs = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        verbs.add_parser(name, help=command.help, add_help=False)
    return made


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status. argv: the words of the call; those of this process when not given."""
    words = sys.argv[1:] if argv is None else argv
    chosen = parser().parse_args(words[:1]).command
    status: int = importlib.import_module(COMMANDS[chosen].module).main(words[1:])
    return status


if __name__ == "__main__":
    sys.exit(main())
