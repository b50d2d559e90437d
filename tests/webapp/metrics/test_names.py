from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from core.evaluation.schemas import Live
from core.settings import ROOT
from tests import factories
from webapp.metrics.names import NAMES, display_name, load_name

REPORTS = ROOT / "weights" / "reports"
AS_THEY_ARE = {"10kUS", "DataTang", "GZXS", "model.predict", "model(x)", "traced tf.function"}
"""Names of photo sources and of functions."""
NAMED = ("by_group", "by_source", "by_set", "by_size", "by_need", "adults_by_gender", "adults_by_race")


def parts(report: Any) -> Iterator[str]:
    """The names in the parts of a report that the page shows."""
    if isinstance(report, dict):
        for key, value in report.items():
            if key in NAMED:
                yield from value
            yield from parts(value)


def shipped() -> set[str]:
    names: set[str] = set()
    for path in REPORTS.glob("*/evaluation.json"):
        report = json.loads(path.read_text(encoding="utf-8"))
        names |= set(parts(report["test"]))
        if "validation" in report:
            names |= {*report["test"], *report["decisions"]}
            names |= {kind for kinds in report["validation"].values() for kind in kinds}
        if "fairface" in report:
            names |= {*report["fairface"]["by_race"], *report["fairface"]["by_gender"]}
    for views in json.loads((REPORTS / "views.json").read_text(encoding="utf-8")).values():
        names |= set(views)
    for servers in json.loads((REPORTS / "live.json").read_text(encoding="utf-8")).values():
        names |= set(servers)
    speed = json.loads((REPORTS / "speed.json").read_text(encoding="utf-8"))
    return names | {stage for stage in speed["stages"] if ": " not in stage} | set(speed["runtimes"])


def test_every_name_in_the_shipped_reports_is_known() -> None:
    assert shipped() - set(NAMES) <= AS_THEY_ARE


def test_a_name_that_is_not_known_is_shown_as_it_is() -> None:
    assert display_name("AF") == "Asian women"
    assert display_name("somewhere") == "somewhere"


def test_a_load_says_how_many_of_what() -> None:
    loads = [servers["fairest"] for servers in Live.model_validate(factories.live()).root.values()]
    assert [load_name(load) for load in loads] == [
        "1 viewer: 640 × 480, 30 fps, 20 s",
        "2 viewers: 640 × 480, 30 fps, 20 s",
    ]
