from __future__ import annotations

import io
import re
import sys

import pytest
from rich.console import Console as Terminal

from core.face import Box, Face
from core.models.manifest import load_manifest
from core.output.sinks import JsonLinesSink, Result
from core.settings import WEIGHTS
from tests import faces
from webapp.commands import rate
from webapp.commands.console import TerminalConsole, printable

FACE = Face(Box(1, 2, 30, 40), 0.9, 3.456, "Sexy", 0.812, 31.4, None, None)
YOUNG = Face(Box(1, 2, 30, 40), 0.9, None, None, None, 17.0, "may be under 18", None)


def shown(*results: Result, table: bool = True, width: int = 100) -> list[str]:
    """What a terminal of this width shows of them, line by line."""
    screen = io.StringIO()
    console = TerminalConsole("fairest rate", table, Terminal(file=screen, force_terminal=True, width=width))
    sink = console.sink("jsonl", sys.stdout)
    for result in console.progress(results, len(results)):
        sink.write(result)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue())
    return [line.rstrip() for line in re.split(r"[\r\n]+", plain)]


def result(file: str, *detected: Face, error: str | None = None) -> Result:
    return Result(file, 640, 480, error, 14.2, list(detected))


def test_each_face_has_a_row_below_its_heading() -> None:
    lines = shown(result("a.jpg", FACE, YOUNG), result("b.jpg"), result("c.jpg", error="Expected a picture."))
    rows = [line.split() for line in lines]
    assert ["file", "face", "rating", "label", "sure", "age"] in rows
    assert ["a.jpg", "1", "3.46", "Sexy", "81", "%", "31"] in rows
    assert ["2", "17", "may", "be", "under", "18"] in rows
    assert ["b.jpg", "-"] in rows
    assert "c.jpg: Expected a picture." in lines
    heading = next(line for line in lines if line.startswith("file"))
    first = next(line for line in lines if line.startswith("a.jpg"))
    assert heading.index("rating") == first.index("3.46")


def test_a_bar_says_how_far_it_is() -> None:
    lines = shown(result("a.jpg", FACE), result("c.jpg", error="Expected a picture."))
    assert any("pictures" in line and "/2" in line for line in lines)


def test_a_files_name_cannot_write_to_the_terminal() -> None:
    name = "[red]\x1b[2J\u202egpj.jpg"
    assert printable(name) == "[red]\ufffd[2J\ufffdgpj.jpg"
    assert any(line.startswith("[red]\ufffd[2J\ufffdgpj.jpg") for line in shown(result(name, FACE)))


def test_models_are_a_table() -> None:
    screen = io.StringIO()
    console = TerminalConsole("fairest rate", True, Terminal(file=screen, width=200))
    cards = load_manifest(WEIGHTS).models
    console.models(cards, sys.stdout)
    assert len(screen.getvalue().splitlines()) >= 1 + len(cards)
    assert cards[0].title in screen.getvalue()


def test_where_nobody_looks_all_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    console = TerminalConsole("fairest rate", False)
    assert isinstance(console.sink("jsonl", sys.stdout), JsonLinesSink)
    assert list(console.progress(iter([result("a.jpg")]), 1)) == [result("a.jpg")]
    console.models(load_manifest(WEIGHTS).models[:1], sys.stdout)
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 1
    assert not captured.err


@pytest.mark.parametrize(
    ("words", "table"), [([], True), (["--format", "jsonl"], False), (["--out", "x.csv", "--format", "csv"], False)]
)
def test_a_table_is_for_a_terminal_that_asked_for_nothing_else(
    words: list[str], table: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    consoles: list[TerminalConsole] = []

    def noted(_words: list[str], console: TerminalConsole) -> int:
        consoles.append(console)
        return 0

    monkeypatch.setattr("core.__main__.main", noted)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert rate.main([str(faces.FOLDER / faces.ADULT), *words]) == 0
    assert [console._table for console in consoles] == [table]


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
