"""`fairest rate`: as `python -m core`, with a table and a bar where somebody looks at a terminal."""

from __future__ import annotations

import sys

import core.__main__
from webapp.commands.console import TerminalConsole

PROGRAM = "fairest rate"


def main(words: list[str]) -> int:
    """Rate; returns the exit status. A form that is asked for, and what goes elsewhere, is as of `python -m core`."""
    arguments = core.__main__.parser(PROGRAM).parse_args(words)
    table = sys.stdout.isatty() and not arguments.format and not arguments.out
    return core.__main__.main(words, TerminalConsole(PROGRAM, table))
