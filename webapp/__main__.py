"""The `fairest` command line: serve the page, rate files, train models, diagnose the machine.

    fairest app      serve the page
    fairest rate     rate the faces in picture files; same as `python -m core`
    fairest train    train a model; same as `python -m training train`
    fairest training VERB    every other command of `python -m training`
    fairest weights  download missing model files
    fairest doctor   report what keeps the page from working on this machine

`python -m webapp` does the same where nothing is installed. The module lives here because webapp is the only package
that may import both the page and core. No module of webapp may import training, so that is looked up by name when it is
needed.
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
    """One subcommand: the module whose `main` receives the remaining arguments, and its help line."""

    module: str
    help: str


COMMANDS = {
    "app": Command("webapp.commands.app", "serve the page"),
    "rate": Command("webapp.commands.rate", "find and rate the faces in picture files"),
    "train": Command("webapp.commands.train", "train a model"),
    "training": Command("webapp.commands.training", "collect data, augment it, train, export and measure models"),
    "weights": Command("webapp.commands.weights", "download missing model files"),
    "doctor": Command("webapp.commands.doctor", "check what could keep the page from working on this machine"),
}


def version() -> str:
    """Return the version of the installed package, or the repository's if none is installed."""
    if INSTALLED:
        return importlib.metadata.version(PROGRAM)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def parser() -> argparse.ArgumentParser:
    """Build the parser for the subcommand name; the remaining arguments are parsed by the subcommand."""
    argument_parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Find faces, live or in files, and predict how attractive a panel of people would rate them.",
    )
    argument_parser.add_argument("--version", action="version", version=f"{PROGRAM} {version()}")
    verbs = argument_parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        verbs.add_parser(name, help=command.help, add_help=False)
    return argument_parser


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand and return its exit status. argv: the arguments; defaults to sys.argv[1:]."""
    words = sys.argv[1:] if argv is None else argv
    chosen = parser().parse_args(words[:1]).command
    status: int = importlib.import_module(COMMANDS[chosen].module).main(words[1:])
    return status


if __name__ == "__main__":
    sys.exit(main())
