from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.settings import FIELDS
from core.settings_guide import DEFAULTS, PAGE, guide, limits, main


def test_the_page_is_what_the_settings_say(tmp_path: Path) -> None:
    page = tmp_path / "settings.md"
    main([str(page)])
    assert page.read_text() == PAGE.read_text(), "run: python -m core.settings_guide"


def test_every_setting_has_a_row_that_says_what_it_means() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `FAIREST_(\w+)` \| .+? \| .*? \| (.+) \|$", guide(), re.MULTILINE)
    assert [name for name, _, _ in rows] == list(FIELDS)
    for name, variable, meaning in rows:
        assert variable == name.upper()
        assert meaning.endswith(".")
    assert set(DEFAULTS) <= set(FIELDS)


def test_limits_are_those_of_the_field() -> None:
    descriptions = {name: limits(field) for name, field in FIELDS.items()}
    assert descriptions["threads"] == "1 to 64"
    assert descriptions["min_face"] == "8 or more"
    assert descriptions["password"] == "8 characters or more"
    assert descriptions["label_above"] == "1 to 24 characters"
    assert descriptions["ice_servers"] == descriptions["classifier"] == ""


def test_help_writes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    assert not list(tmp_path.iterdir())
