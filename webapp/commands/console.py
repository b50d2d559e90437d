"""What `fairest rate` shows on a terminal: a row for each face as it is rated, and a bar below."""

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
from core.sinks import Result, Sink

ROW = {"face": 4, "rating": 6, "label": 12, "sure": 5, "age": 4, "": 20}
"""Columns after the file's name, and their widths in characters, so that all rows stand below each other."""


class TerminalConsole(Console):
    """As the plain one wherever nobody looks.

    Args:
        program: what the caller typed, before every sentence.
        table: whether results are shown as rows instead of in their form.
        terminal: where rows and the bar go; the standard output or, without rows, the standard error when not given.
    """

    def __init__(self, program: str, table: bool, terminal: Terminal | None = None) -> None:
        super().__init__(program)
        self._table = table
        # Rows and the bar through one: it moves the bar out of the way.
        self._terminal = terminal or Terminal(stderr=not table, highlight=False)

    def progress(self, results: Iterable[Result], pictures: int, before: int = 0) -> Iterator[Result]:
        """See Console."""
        # Lines that go to the same screen would be torn by a bar.
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
        """See Console."""
        return TableSink(self._terminal) if self._table else super().sink(form, stream)

    def models(self, cards: Sequence[Card], stream: TextIO) -> None:
        """See Console."""
        if not self._table:
            super().models(cards, stream)
            return
        table = Table("kind", "name", "title", "scores", box=None, header_style="bold")
        for card in cards:
            scores = ", ".join(f"{name} {value:.4g}" for name, value in card.scores.items())
            table.add_row(card.kind, card.name, card.title, scores)
        self._terminal.print(table)


class TableSink:
    """A row for each face, shown at once; a picture without faces, or that cannot be read, has one row that says so."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._terminal.print(self._grid(["file", *ROW], "bold"))

    def write(self, result: Result) -> None:
        """See Sink."""
        if result.error is not None:
            self._terminal.print(f"{printable(result.file)}: {printable(result.error)}", style="red", markup=False)
        elif not result.faces:
            self._terminal.print(self._grid([printable(result.file), "-"], "dim"))
        for number, face in enumerate(result.faces, 1):
            cells = [printable(result.file) if number == 1 else "", str(number)]
            if face.rating is not None:
                cells += [f"{face.rating:.2f}", face.label or "", f"{100 * (face.probability or 0):.0f} %"]
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
        # As they are: a file's name may look like markup.
        grid.add_row(*map(Text, cells), style=style)
        return grid


def printable(text: str) -> str:
    """A text without what would move a terminal's cursor or change its colours."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
