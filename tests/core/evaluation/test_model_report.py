from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ReportError
from core.evaluation.model_report import ModelReport, Overview, read_part, read_rows
from core.evaluation.results import write_results
from core.evaluation.schemas import Accuracies, FairFaceScores
from core.models.manifest import load_manifest
from tests.factories import ABOVE, BELOW, card, ensemble, rows, weights


def test_missing_files_are_named(tmp_path: Path) -> None:
    report = ModelReport(tmp_path, None)
    with pytest.raises(ReportError, match=r"history\.csv"):
        _ = report.history
    with pytest.raises(ReportError, match=r"predictions\.csv"):
        _ = report.rows
    with pytest.raises(ReportError, match=r"evaluation\.json"):
        report.part("test", Accuracies)
    assert report.words() == ""
    assert report.threshold is None


@pytest.mark.parametrize(
    "wrong", [{"rating": 5.2}, {"score": float("nan")}, {"probability": 0.4}], ids=lambda wrong: next(iter(wrong))
)
def test_predictions_out_of_range_are_refused(tmp_path: Path, wrong: dict[str, float]) -> None:
    path = tmp_path / "predictions.csv"
    write_results(path, [replace(rows(2)[0], file="bad.png", **wrong), rows(2)[1]])  # type: ignore[arg-type]
    with pytest.raises(ReportError, match=r"probability in 0\.5 to 1 .* for bad\.png"):
        read_rows(path)


def test_no_predictions_and_no_text_get_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    write_results(path, [])
    with pytest.raises(ReportError, match="expected at least one face"):
        read_rows(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ReportError, match="expected a CSV in UTF-8"):
        read_rows(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[", "expected JSON"),
        ("[]", "expected the scores 'fairface'"),
        ('{"test": {}}', "expected the scores 'fairface'"),
        ('{"fairface": {"by_group": {"a": {"pictures": 1, "mean": 9}}}}', r"fairface\.by_group\.a\.mean"),
    ],
)
def test_a_damaged_evaluation_gets_a_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "evaluation.json"
    path.write_text(content)
    with pytest.raises(ReportError, match=sentence):
        read_part(path, "fairface", FairFaceScores)


def test_a_report_knows_its_classes_and_every_name_to_draw(tmp_path: Path) -> None:
    folder = weights(tmp_path / "weights") / "reports"
    rater = ModelReport(folder / "rater", card("rater", "classifier"))
    assert rater.names == (BELOW, ABOVE)
    assert rater.threshold == 3.0
    for name in (BELOW, ABOVE, "AF", "CM", "lab", "Latino_Hispanic", "Female"):
        assert name in rater.words()
    assert ModelReport(folder / "finder", None).words() == "fddb"


def overview(folder: Path) -> Overview:
    return Overview(folder / "reports", tuple(load_manifest(folder).models))


def test_all_models_together_have_their_reports_and_the_members_results(tmp_path: Path) -> None:
    combined = overview(weights(tmp_path / "weights"))
    assert list(combined.detectors.root) == ["The finder", "Other"]
    assert combined.speed.threads == 2
    assert len(combined.live.root) == 2
    assert combined.ensemble.members == list(combined.members) == ["rater", "other"]
    assert combined.names == (BELOW, ABOVE)
    for name in ("The finder", "The mean", "2 at 640x480"):
        assert name in combined.words()


def test_what_is_missing_of_all_models_is_named(tmp_path: Path) -> None:
    folder = weights(tmp_path / "weights")
    (folder / "reports" / "speed.json").write_text("[]")
    (folder / "reports" / "live.json").unlink()
    (folder / "reports" / "other" / "predictions.csv").unlink()
    combined = overview(folder)
    with pytest.raises(ReportError, match=r"expected other scores in .*speed\.json at the top"):
        _ = combined.speed
    with pytest.raises(ReportError, match=r"live\.json; it cannot be read"):
        _ = combined.live
    with pytest.raises(ReportError, match=r"other.predictions\.csv"):
        _ = combined.members
    with pytest.raises(ReportError, match="expected an ensemble in the manifest"):
        _ = Overview(folder / "reports", (ensemble(["a", "b"], kind="guard"),)).ensemble
