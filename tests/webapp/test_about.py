from __future__ import annotations

import pytest

from core.errors import ReportError
from core.evaluation.schemas import FairFaceScores
from core.models.age_guard import guard_card
from core.models.manifest import load_manifest
from core.percent import percent
from core.settings import WEIGHTS, ModelSettings
from tests.webapp.page_harness import texts, view
from webapp.about import bias, plain


def test_it_names_the_limits_and_what_happens_to_pictures() -> None:
    text = texts(view("about"))
    for needed in (
        "not a fact about anyone",
        "No picture is stored",
        "no face is identified",
        f"under 18 is above {percent(guard_card(ModelSettings()).threshold, 1)}",
        "CC BY 4.0",
        "FairFace",
    ):
        assert needed in text


def test_every_model_has_its_card() -> None:
    app = view("about")
    titles = [card.title for card in load_manifest(WEIGHTS).models]
    assert [expander.label for expander in app.expander] == titles
    assert all("### Limitations" in expander.markdown[0].value for expander in app.expander)


def test_it_is_there_in_russian() -> None:
    app = view("about", "ru")
    assert not app.exception
    assert app.title[0].value == "О проекте"
    assert "не факт о ком-либо" in texts(app)


def test_a_name_in_the_settings_is_no_markdown() -> None:
    assert plain("**A** [b](c) :red[d]") == r"\*\*A\*\* \[b\]\(c\) \:red\[d\]"


def test_the_numbers_on_bias_are_the_reports() -> None:
    group = {"pictures": 5, "mean": 2.7, "standard_error": 0.1, "share_above": 0.5, "not_found": 0}
    fairface = FairFaceScores.model_validate(
        {
            "by_group": {"A": group, "B": group},
            "by_race": {"A": group},
            "by_gender": {"Female": group | {"mean": 2.9}, "Male": group},
            "spread": 0.3,
            "highest": "A",
            "lowest": "B",
            "spread_by_chance": {"group": 0.2},
        }
    )
    values = bias(fairface)
    assert values["gender"] == pytest.approx(0.2)
    assert (values["highest"], values["chance"], values["pictures"]) == ("A", 0.2, 10)


def test_a_report_that_lacks_them_is_reported() -> None:
    group = {"pictures": 5, "mean": None}
    fairface = FairFaceScores.model_validate(
        {"by_group": {"A": group}, "by_race": {"A": group}, "by_gender": {"Female": group}, "spread": 0.3}
        | {"highest": "A", "lowest": "A"}
    )
    with pytest.raises(ReportError, match="women and men"):
        bias(fairface)
