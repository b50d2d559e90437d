from __future__ import annotations

import pytest

from core.models.manifest import load_manifest
from core.settings import WEIGHTS, RatingSettings, Settings
from webapp.common import resources


def test_a_name_that_is_not_there_gives_way_to_the_first_that_is() -> None:
    names = load_manifest(WEIGHTS).names("classifier")
    assert resources.preferred("classifier", names[-1]) == names[-1]
    assert resources.preferred("classifier", "nobody") == names[0]


def test_who_chooses_nothing_gets_what_the_settings_name(monkeypatch: pytest.MonkeyPatch) -> None:
    requests: list[tuple[str, str]] = []
    settings = Settings(rating=RatingSettings(detector="facetracker", classifier="nobody"))
    monkeypatch.setattr(resources, "settings", lambda: settings)
    monkeypatch.setattr(resources, "analyzer", lambda *names: requests.append(names))
    resources.first_analyzer()
    assert requests == [("facetracker", load_manifest(WEIGHTS).names("classifier")[0])]
