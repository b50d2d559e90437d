from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from core.evaluation.guard_schemas import Decisions, FilmScores, GuardScores, GuardTests, Kinds, Turns
from core.evaluation.model_report import API, DETECTORS, LIVE, read_form, read_part
from core.evaluation.schemas import (
    Accuracies,
    ApiLoad,
    Detectors,
    FairFaceScores,
    Folds,
    Live,
    Speed,
    Views,
)
from core.models.manifest import load_manifest
from core.settings import ROOT
from tests import factories

REPORTS = ROOT / "weights" / "reports"


def test_the_shipped_reports_have_their_forms() -> None:
    assert read_form(REPORTS / DETECTORS, Detectors).root
    assert read_form(REPORTS / "views.json", Views).root
    assert read_form(REPORTS / LIVE, Live).root
    assert read_form(REPORTS / API, ApiLoad).servers
    assert read_form(REPORTS / "mobilenet_v2" / "folds.json", Folds).folds
    manifest = load_manifest(ROOT / "weights")
    for name in manifest.names("classifier"):
        path: Path = REPORTS / name / "evaluation.json"
        assert read_part(path, "test", Accuracies).by_group
        assert read_part(path, "fairface", FairFaceScores).by_group
    for name in manifest.names("guard"):
        path = REPORTS / name / "evaluation.json"
        assert set(read_part(path, "test", GuardTests).sets) == {"utkface", "aaf", "fairface_decades"}
        assert set(read_part(path, "validation", Kinds).root) == {"exact", "utkface", "aaf"}
        assert len(read_part(path, "decisions", Decisions).root) == 2
        assert read_part(path, "turns", Turns).root
        assert read_part(path, "film", FilmScores).looks


def test_the_sets_of_a_guard_are_distinguished_by_what_they_label() -> None:
    tests = GuardTests.model_validate(factories.guard_report()["test"])
    assert list(tests.with_years) == ["utkface", "aaf"]
    assert list(tests.with_intervals) == ["decades"]
    exact_only = GuardTests.model_validate({"exact": factories.guard_test()})
    assert list(exact_only.with_years) == ["exact"], "there is nothing else to show"


def test_a_guards_share_of_adults_is_that_of_all_and_its_groups_lie_apart() -> None:
    by_gender = {"female": {"pictures": 300, "refused": 0.4}, "male": {"pictures": 100, "refused": 0.2}}
    scores = GuardScores.model_validate(factories.guard_test() | {"adults_by_gender": by_gender})
    assert scores.adults_refused == pytest.approx(0.35)
    assert scores.adults_apart == pytest.approx(0.2)
    no_adults: dict[str, Any] = {"adults_by_gender": {}, "adults_by_race": {}, "adults_by_group": {}}
    without_adults = GuardScores.model_validate(factories.guard_test() | no_adults)
    assert (without_adults.adults_refused, without_adults.adults_apart) == (0, 0)


def test_models_are_found_among_the_stages() -> None:
    speed = Speed.model_validate(factories.speed())
    assert list(speed.models("detect")) == ["finder"]
    assert [timing.median for timing in speed.models("classify").values()] == [3.0, 18.0]
    assert speed.models("guard") == {}


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (Detectors, {}),
        (Detectors, {"a": factories.detectors()["Other"] | {"recall": 1.2}}),
        (Live, {"1 viewer": {}}),
        (ApiLoad, {"cores": 2, "servers": []}),
        (Speed, factories.speed() | {"stages": {"detect": {"median": float("nan"), "p5": 1, "p95": 1}}}),
        (GuardScores, factories.guard_test() | {"by_age": {"0-12": {"pictures": 0, "refused": 1}}}),
        (GuardScores, factories.guard_test() | {"threshold": 24.7}),
        (GuardTests, {}),
        (Kinds, {"utkface": {}}),
        (Turns, []),
        (Turns, [factories.guard_report()["turns"][0] | {"years_off": float("inf")}]),
        (Decisions, {"probability": {"25_to_29": 0.2}}),
        (FilmScores, factories.guard_report()["film"] | {"faces": 0}),
        (Folds, {"folds": [], "mean": {"pearson": 1, "mae": 0, "rmse": 0, "accuracy": 1}}),
    ],
)
def test_what_cannot_be_is_refused(form: type[BaseModel], value: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        form.model_validate(value)
