"""Terminal output of `fairest rate`: one row per face as it is rated, and a progress bar below."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from rich.console import Console as Terminal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from core.batch.console import Console
from core.models.manifest import Card
from core.output.sinks import Result, Sink
from core.percent import percent

ROW = {"face": 4, "rating": 6, "label": 12, "sure": 5, "age": 4, "": 20}
"""Columns after the file name and their widths in characters, fixed so that all rows line up."""


class TerminalConsole(Console):
    """Console with a table and progress bar on a terminal; behaves like the plain one elsewhere.

    Args:
        program: program name as the user typed it, prefixed to every message.
        table: whether to show results as table rows instead of in their output format.
        terminal: where rows and the bar are printed; by default standard output or, without a table, standard error.
    """

    def __init__(self, program: str, table: bool, terminal: Terminal | None = None) -> None:
        super().__init__(program)
        self._table = table
        # Print rows and the bar through one Console, which moves the bar out of the way.
        self._terminal = terminal or Terminal(stderr=not table, highlight=False)

    def progress(self, results: Iterable[Result], pictures: int, before: int = 0) -> Iterator[Result]:
        """Yield the results while showing a progress bar, if the output is a terminal."""
        # A bar would break up result lines printed to the same screen.
        if not self._terminal.is_terminal or (sys.stdout.isatty() and not self._table):
            yield from results
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        errors = 0
        with Progress(*columns, console=self._terminal, transient=True) as bar:
            task = bar.add_task("pictures", total=before + pictures, completed=before)
            for result in results:
                errors += result.error is not None
                bar.update(task, advance=1, description=f"pictures, {errors} unreadable" if errors else "pictures")
                yield result

    def sink(self, form: str, stream: TextIO) -> Sink:
        """Return the table sink, or the plain console's sink for the format."""
        return TableSink(self._terminal) if self._table else super().sink(form, stream)

    def models(self, cards: Sequence[Card], stream: TextIO) -> None:
        """Print the models as a table, or as the plain console does."""
        if not self._table:
            super().models(cards, stream)
            return
        table = Table("kind", "name", "title", "scores", box=None, header_style="bold")
        for card in cards:
            scores = ", ".join(f"{name} {value:.4g}" for name, value in card.scores.items())
            table.add_row(card.kind, card.name, card.title, scores)
        self._terminal.print(table)


class TableSink:
    """Print one row per face immediately; a picture that has no faces or cannot be read gets one row saying so."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._terminal.print(self._grid(["file", *ROW], "bold"))

    def write(self, result: Result) -> None:
        """Print the rows of one picture."""
        if result.error is not None:
            self._terminal.print(f"{printable(result.file)}: {printable(result.error)}", style="red", markup=False)
        elif not result.faces:
            self._terminal.print(self._grid([printable(result.file), "-"], "dim"))
        for number, face in enumerate(result.faces, 1):
            cells = [printable(result.file) if number == 1 else "", str(number)]
            if face.rating is not None:
                cells += [f"{face.rating:.2f}", face.label or "", percent(face.probability or 0)]
            else:
                cells += ["", "", ""]
            cells += ["" if face.age is None else f"{face.age:.0f}", face.refused or ""]
            self._terminal.print(self._grid(cells, "dim" if face.refused else ""))

    @staticmethod
    def _grid(cells: Sequence[str], style: str) -> Table:
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        for width in ROW.values():
            grid.add_column(width=width, no_wrap=True, overflow="ellipsis")
        # As Text, because a file name may look like markup.
        grid.add_row(*map(Text, cells), style=style)
        return grid


def printable(text: str) -> str:
    """Replace characters that could move the terminal's cursor or change its colours."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
