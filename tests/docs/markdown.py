"""What the project's documents hold: links, headings, code and commands."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path

from core.settings import ROOT

DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "deploy/*.md", "tests/data/*.md", "weights/reports/*/*.md")
    for path in ROOT.glob(pattern)
)

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`]+)`")
PROGRAM = re.compile(r"(?:\.venv[/\\](?:bin|Scripts)[/\\])?python (?=-m )|make\b|(?:uvx --from \. )?fairest (?=[\w-])")
PLACEHOLDER = re.compile(r"[A-Z]+(x[A-Z])?(\.\w+)?|.*[\[\]|].*|\.\.\.")
"""What a reader fills in: MODEL, FACERES.npz, WxH; and choices, what may be left out, what may be repeated."""


def name_of(path: Path) -> str:
    """A document's path in the project, for the names of tests."""
    return path.relative_to(ROOT).as_posix()


def links(text: str) -> list[str]:
    """Where links and pictures lead that are no addresses."""
    return [target for target in LINK.findall(text) if not re.match(r"\w+:", target)]


def anchors(text: str) -> set[str]:
    """The anchors that GitHub makes of a document's headings."""
    taken: set[str] = set()
    for heading in HEADING.findall(FENCED.sub("", text)):
        anchor = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        number = next(n for n in range(len(taken) + 1) if (f"{anchor}-{n}" if n else anchor) not in taken)
        taken.add(f"{anchor}-{number}" if number else anchor)
    return taken


def code(text: str) -> Iterator[str]:
    """Every piece of code, a line: of blocks, what goes on in the next line joined; and from within sentences."""
    text = FENCED.sub(lambda block: textwrap.indent(block[1], "    "), text)
    for line in re.sub(r"(\\\n\s*|\n {8,}(?=[\[-]))", " ", text).splitlines():
        if line.startswith("    "):
            yield line.strip()
    for span in SPAN.findall(text):
        yield " ".join(span.split())


def commands(text: str) -> Iterator[list[str]]:
    """Every call of python -m, make or fairest, in words, without what is set or written before and after it."""
    for line in code(text):
        for call in re.sub(r"\s+#.*", "", line).split("&&"):
            words = re.sub(r"^([A-Z_]+=('[^']*'|\S*) )+", "", call.strip())
            if PROGRAM.match(words):
                yield shlex.split(words, posix=False)
