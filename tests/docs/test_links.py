"""What the documents point to is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from core.settings import ROOT
from tests.docs.markdown import DOCUMENTS, SPAN, anchors, links, name_of

FILE = re.compile(r"([\w.-]+/[\w./-]+\.(?:py|js|csv|json|md|yml|yaml|conf|webm))(?:::(\w+))?")
FILLED_IN = re.compile(r"MODEL|NAME|CODE")


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(path: Path) -> None:
    text = path.read_text()
    for link in links(text):
        target, _, anchor = link.partition("#")
        file = path.parent / target if target else path
        assert file.exists(), link
        if anchor:
            assert anchor in anchors(file.read_text()), link


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_file_and_test_that_is_named_is_there(path: Path) -> None:
    for span in SPAN.findall(path.read_text()):
        match = FILE.fullmatch(span)
        if match and not FILLED_IN.search(match[1]):
            assert (ROOT / match[1]).is_file(), span
            assert match[2] is None or f"def {match[2]}(" in (ROOT / match[1]).read_text(), span


def test_the_readme_is_short_and_leads_to_every_document() -> None:
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 150
    linked = {link.partition("#")[0] for link in links(text)}
    assert {name_of(path) for path in DOCUMENTS if name_of(path).startswith(("docs/", "deploy/"))} <= linked
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.webp")} <= linked


def test_anchors_are_githubs() -> None:
    text = "# A b, c\n\n## What the `mean` gains\n\n```sh\n# no heading\n```\n\n## A b c\n"
    assert anchors(text) == {"a-b-c", "what-the-mean-gains", "a-b-c-1"}


def test_the_version_to_cite_is_the_projects() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    with (ROOT / "pyproject.toml").open("rb") as file:
        assert cited["version"] == tomllib.load(file)["project"]["version"]
