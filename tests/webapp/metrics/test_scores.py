from __future__ import annotations

from core.models.manifest import load_manifest
from core.settings import ROOT
from webapp.metrics.scores import SCORES, formatted, heading, meaning


def test_every_shipped_score_has_a_name_and_a_meaning() -> None:
    for card in load_manifest(ROOT / "weights").models:
        assert set(card.scores) <= set(SCORES)


def test_a_score_that_is_not_known_goes_by_its_own_name() -> None:
    assert (heading("mae"), heading("other")) == ("Mean error", "other")
    assert meaning("other") is None


def test_shares_are_written_in_per_cent_and_others_with_the_decimals_that_matter() -> None:
    written = [formatted(name, 0.98123) for name in ("minors_refused", "accuracy", "pearson", "other")]
    assert written == ["98.1 %", "98.1 %", "0.981", "0.981"]
    assert formatted("youngest_passed", 23.945) == "23.9"


def test_landmarks_found_where_there_is_no_face_count_as_false() -> None:
    shares = load_manifest(ROOT / "weights").card("landmarks", "landmarks").scores
    assert shares["nothing_told"] < 0.1
    assert shares["told"] > 0.9
    assert heading("nothing_told") == "False landmarks"
    assert "no landmarks" not in str(meaning("nothing_told"))
