"""`fairest rate`: same as `python -m core`, with a table and a progress bar on a terminal."""

from __future__ import annotations

import sys

import core.__main__
from webapp.commands.console import TerminalConsole
from webapp.commands.weights import bring_if_told

PROGRAM = "fairest rate"


def main(words: list[str]) -> int:
    """Rate files and return the exit status. With --format or --out, the output is as from `python -m core`."""
    arguments = core.__main__.build_parser(PROGRAM).parse_args(words)
    if arguments.server is None and not bring_if_told(PROGRAM):
        return 2
    table = sys.stdout.isatty() and not arguments.format and not arguments.out
    return core.__main__.main(words, TerminalConsole(PROGRAM, table))
