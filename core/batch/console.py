"""Output of a command-line call: messages, progress, and results on standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from core.batch.progress import show_progress
from core.models.manifest import Card
from core.output.escaping import escaped
from core.output.sinks import SINKS, Result, Sink

PROGRAM = "python -m core"


class Console:
    """Plain text output.

    Attributes:
        program: the command as the caller typed it; printed before every message.
    """

    def __init__(self, program: str = PROGRAM) -> None:
        self.program = program

    def note(self, sentence: str) -> None:
        """Print a message on standard error."""
        print(f"{self.program}: {escaped(sentence)}", file=sys.stderr)

    def progress(self, results: Iterable[Result], pictures: int, before: int = 0) -> Iterator[Result]:
        """Show the progress of the results; see core.batch.progress.show_progress."""
        return show_progress(results, pictures, before)

    def sink(self, form: str, stream: TextIO) -> Sink:
        """Return the sink that writes results. form: a key of SINKS."""
        return SINKS[form](stream)

    def models(self, cards: Sequence[Card], stream: TextIO) -> None:
        """Print a line for each model: kind, name, scores."""
        for card in cards:
            scores = ", ".join(f"{name} {value:.4g}" for name, value in card.scores.items())
            print(f"{card.kind:<11} {card.name:<18} {scores}", file=stream)


PLAIN = Console()
