from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.models.age_guard import GUARD
from core.models.manifest import Manifest, load_manifest
from core.settings import ROOT
from tests import factories
from training.__main__ import main
from training.benchmarks.highlights import DOCUMENTS, wrap
from training.benchmarks.markdown import fill_marked_parts
from training.benchmarks.page import PAGE, SECTIONS, documents
from training.benchmarks.reports import default_of
from training.models import registry

WEIGHTS = ROOT / "weights"
CLASSIFIER = default_of("classifier")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The manifest and the reports that ship, to be taken from."""
    weights = tmp_path / "weights"
    weights.mkdir()
    shutil.copy(WEIGHTS / "manifest.json", weights)
    shutil.copytree(WEIGHTS / "reports", weights / "reports")
    return weights


def page(weights: Path) -> str:
    return documents(weights, ROOT)[ROOT / PAGE]


def test_every_document_says_what_the_reports_say() -> None:
    for path, text in documents(WEIGHTS, ROOT).items():
        assert path.read_text() == text, "run: python -m training benchmarks"


def test_every_model_and_every_section_is_there() -> None:
    text = page(WEIGHTS)
    assert "No report yet" not in text
    for card in load_manifest(WEIGHTS).models:
        if card.kind in ("classifier", "detector"):
            assert f"| {card.title} |" in text or f"| **{card.title}** (default) |" in text
    for section in SECTIONS:
        assert f"{'#' * section.level} {section.title}\n" in text
        assert section.command in text


def test_a_guard_is_reported_as_a_whole() -> None:
    text = page(WEIGHTS)
    assert text.count("share refused of those under 18") == 1
    assert "`python -m training export guard`" in text


def test_what_the_app_shows_of_several_outputs_stands_beside_what_one_of_them_scores(copied: Path) -> None:
    path = copied / "reports" / "faceres" / "evaluation.json"
    report = json.loads(path.read_text())
    report["shown"]["pearson"] = 0.1234
    path.write_text(json.dumps(report))
    assert "mean of its panels: Pearson 0.123, MAE" in page(copied)
    del report["shown"]
    path.write_text(json.dumps(report))
    assert "mean of its panels" not in page(copied)


def test_the_verb_writes_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text("# A\n\n<!-- benchmarks: highlights -->\nold\n<!-- /benchmarks -->\n\nkept\n")
    assert main(["benchmarks", "--root", str(tmp_path)]) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / PAGE), str(tmp_path / "README.md")]
    text = (tmp_path / "README.md").read_text()
    assert "old" not in text
    assert "- **Ratings.** " in text
    assert text.endswith("<!-- /benchmarks -->\n\nkept\n")
    assert main(["benchmarks", "--root", str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""


def test_a_model_without_a_report_is_left_out(copied: Path) -> None:
    manifest = load_manifest(copied)
    added = factories.card("newest", "classifier", title="The newest")
    written = Manifest(models=[*manifest.models, added]).model_dump_json()
    (copied / "manifest.json").write_text(written)
    assert page(copied) == page(WEIGHTS)
    report = json.loads((copied / "reports" / CLASSIFIER / "evaluation.json").read_text())
    (copied / "reports" / "newest").mkdir()
    (copied / "reports" / "newest" / "evaluation.json").write_text(json.dumps({"test": report["test"]}))
    text = page(copied)
    assert f"| The newest | {report['test']['pictures']} | {report['test']['pearson']:.3f} |" in text


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("detectors.json", {"Every face"}),
        ("views.json", {"Leaning, large and cut faces"}),
        ("speed.json", {"Speed"}),
        ("live.json", {"Under load", "For minutes"}),
        ("api.json", {"The HTTP API"}),
        (GUARD, {"Guard"}),
        ("landmarks", {"Landmarks"}),
        ("facetracker", {"One face per picture"}),
        (CLASSIFIER, {"By source and by group"}),
        (registry.members()[0], {"What the mean gains"}),
    ],
)
def test_a_section_without_a_report_names_the_command(copied: Path, name: str, titles: set[str]) -> None:
    report = copied / "reports" / name
    remove: Callable[[Path], None] = shutil.rmtree if report.is_dir() else Path.unlink
    remove(report)
    text = page(copied)
    commands = {section.title: section.command for section in SECTIONS}
    for title in titles:
        rest = text.split(f"# {title}\n")[1]
        assert f"No report yet. Measure it by `{commands[title]}`.\n" in rest.split("\n#")[0]
    assert "Measured by `" in text


def test_without_any_report_nothing_is_made_up(copied: Path) -> None:
    shutil.rmtree(copied / "reports")
    written = documents(copied, ROOT)
    assert written[ROOT / PAGE].count("No report yet") == sum(bool(section.command) for section in SECTIONS)
    for name, parts in DOCUMENTS.items():
        for part in parts:
            assert f"<!-- benchmarks: {part} -->\n<!-- /benchmarks -->" in written[ROOT / name]


def test_only_marked_parts_are_written_anew() -> None:
    text = "a\n<!-- benchmarks: one -->\nold\n<!-- /benchmarks -->\nb\n"
    assert (
        fill_marked_parts(text, {"one": ["x", "y"]}) == "a\n<!-- benchmarks: one -->\nx\ny\n<!-- /benchmarks -->\nb\n"
    )
    assert fill_marked_parts("nothing marked\n", {"one": ["x"]}) == "nothing marked\n"


def test_no_line_ends_between_a_number_and_its_sign() -> None:
    rows = wrap(f"- {'x' * 112} 88.6 % of it")
    assert rows == [f"- {'x' * 112}", "  88.6 % of it"]
