from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from core.evaluation.forms import (
    Accuracies,
    Detectors,
    Estimators,
    FairFaceScores,
    Folds,
    GuardScores,
    Live,
    Speed,
    Views,
)
from core.evaluation.material import DETECTORS, LIVE, read_form, read_part
from core.settings import ROOT
from core.weights import load_manifest
from tests import made

REPORTS = ROOT / "weights" / "reports"


def test_the_shipped_reports_have_their_forms() -> None:
    assert read_form(REPORTS / DETECTORS, Detectors).root
    assert read_form(REPORTS / "views.json", Views).root
    assert read_form(REPORTS / LIVE, Live).root
    assert read_form(REPORTS / "mobilenet_v2" / "folds.json", Folds).folds
    manifest = load_manifest(ROOT / "weights")
    for name in manifest.names("classifier"):
        path: Path = REPORTS / name / "evaluation.json"
        assert read_part(path, "test", Accuracies).by_group
        assert read_part(path, "fairface", FairFaceScores).by_group
    for name in manifest.names("guard"):
        assert read_part(REPORTS / name / "evaluation.json", "test", GuardScores).by_age
        assert read_part(REPORTS / name / "evaluation.json", "alone", Estimators).root


def test_models_are_found_among_the_stages() -> None:
    speed = Speed.model_validate(made.speed())
    assert list(speed.models("detect")) == ["finder"]
    assert [timing.median for timing in speed.models("classify").values()] == [3.0, 18.0]
    assert speed.models("guard") == {}


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (Detectors, {}),
        (Detectors, {"a": made.detectors()["Other"] | {"recall": 1.2}}),
        (Live, {"1 viewer": {}}),
        (Speed, made.speed() | {"stages": {"detect": {"median": float("nan"), "p5": 1, "p95": 1}}}),
        (GuardScores, made.guard_test() | {"by_age": {"0-12": {"pictures": 0, "refused": 1}}}),
        (Folds, {"folds": [], "mean": {"pearson": 1, "mae": 0, "rmse": 0, "accuracy": 1}}),
    ],
)
def test_what_cannot_be_is_refused(form: type[BaseModel], value: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        form.model_validate(value)
