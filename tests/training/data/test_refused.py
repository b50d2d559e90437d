from __future__ import annotations

from pathlib import Path

import pytest

from core.face import Box
from training.data.rated import PANELS, RatedFace
from training.data.refused import LIST, adults_only, load_refused, write_list
from training.errors import DataError


def face(name: str, panel: str = "scut_fbp5500") -> RatedFace:
    return RatedFace(Path("data") / panel / "images" / name, Box(0, 0, 10, 10), 3.0, "AF", "internet")


def test_faces_on_the_list_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "refused.csv"
    write_list([(face("b.webp"), 16.24), (face("a.webp", "mebeauty"), 17.0)], path)
    assert path.read_text() == "set,file,age\nmebeauty,a.webp,17.0\nscut_fbp5500,b.webp,16.2\n"
    refused = load_refused(path)
    monkeypatch.setattr("training.data.refused.load_refused", lambda: refused)
    kept = [face("a.webp"), face("c.webp")]
    assert adults_only([kept[0], face("b.webp"), face("a.webp", "mebeauty"), kept[1]]) == kept
    assert adults_only([]) == []
    with pytest.raises(DataError, match=r"adults; all 1 of this part"):
        adults_only([face("b.webp")])


def test_the_list_that_training_reads_names_rated_faces_that_look_under_18() -> None:
    names = load_refused(LIST)
    assert names, "no face was ever refused"
    assert {panel for panel, _ in names} <= set(PANELS)
