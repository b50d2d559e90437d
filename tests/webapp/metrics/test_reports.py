from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import ReportError
from core.models.manifest import Card, ModelCard, load_manifest
from core.settings import ROOT
from tests.factories import weights
from webapp.common import resources
from webapp.metrics import reports

WEIGHTS = ROOT / "weights"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A weights folder that the page is served from."""
    weights_folder = weights(tmp_path / "weights")
    monkeypatch.setenv("FAIREST_WEIGHTS_DIR", str(weights_folder))
    for cached in (resources.settings, resources.manifest):
        cached.clear()
    yield weights_folder
    for cached in (resources.settings, resources.manifest):
        cached.clear()


def rater() -> Card:
    return resources.manifest().card("rater", "classifier")


def touch(path: Path, content: str) -> None:
    """Write a file, a second after it was written last."""
    path.write_text(content, encoding="utf-8")
    later = path.stat().st_mtime + 1
    os.utime(path, (later, later))


@pytest.mark.parametrize("card", load_manifest(WEIGHTS).models, ids=lambda card: card.name)
def test_every_shipped_model_has_its_log_and_its_report(card: Card) -> None:
    for cached in (resources.settings, resources.manifest):
        cached.clear()
    report = reports.model_report(card)
    assert (report.folder / "evaluation.json").is_file()
    if isinstance(card, ModelCard):
        assert len(report.history["loss"]) > 1
    if card.kind == "classifier":
        assert len(report.rows) == 1100


def test_a_report_is_read_once_and_again_when_it_changed(folder: Path) -> None:
    first = reports.model_report(rater())
    assert len(first.history["loss"]) == 2
    assert reports.model_report(rater()) is first
    touch(folder / "reports" / "rater" / "history.csv", "epoch,loss,pearson\n0,4,0.5\n")
    assert reports.model_report(rater()) is not first
    assert len(reports.model_report(rater()).history["loss"]) == 1


def test_what_all_models_say_together_follows_each_of_its_files(folder: Path) -> None:
    first = reports.overview()
    assert list(first.detectors.root) == ["The finder", "Other"]
    assert reports.overview() is first
    touch(folder / "reports" / "live.json", "{}")
    second = reports.overview()
    assert second is not first
    with pytest.raises(ReportError, match=r"live\.json"):
        _ = second.live
    touch(folder / "reports" / "other" / "predictions.csv", "")
    assert reports.overview() is not second


def test_a_report_that_was_missing_is_found_when_it_is_there(folder: Path) -> None:
    path = folder / "reports" / "rater" / "predictions.csv"
    shutil.move(path, folder / "kept.csv")
    with pytest.raises(ReportError, match=r"predictions\.csv"):
        _ = reports.model_report(rater()).rows
    shutil.move(folder / "kept.csv", path)
    assert len(reports.model_report(rater()).rows) == 80


def test_a_stamp_leaves_out_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("ab")
    ((path, _, size),) = reports.stamp([tmp_path / "there", tmp_path / "absent"])
    assert (path, size) == (str(tmp_path / "there"), 2)
