from __future__ import annotations

import re

import pytest

from core.live.messages import StateName
from core.settings import RatingSettings
from webapp.common.refusals import refusals
from webapp.live.player import component, texts
from webapp.live.player.texts import ADVICE, CONTROLS, ERRORS, NOTICES, PLURALS, words

SHOWING = ("panel.js", "source.js", "player.js")
"""Those that show texts of the controls."""


def script() -> str:
    return "\n".join((component.FOLDER / name).read_text(encoding="utf-8") for name in component.SCRIPTS)


def test_every_text_of_the_controls_is_used_and_every_one_that_is_used_is_there() -> None:
    panel = "".join((component.FOLDER / name).read_text(encoding="utf-8") for name in SHOWING)
    used = set(re.findall(r"\btexts\.(\w+)", panel))
    for names, suffix in re.findall(r"of \[([^\]]+)\]\)\s+this\.find\([^\n]*texts\[`?(?:\$\{)?name\}?(\w*)`?\]", panel):
        used |= {f"{name}{suffix}" for name in re.findall(r'"(\w+)"', names)}
    assert used == set(CONTROLS)


def test_every_error_that_the_scripts_make_has_a_sentence() -> None:
    thrown = set(re.findall(r'DOMException\([^)]*"(\w+)"\)', script())) | set(
        re.findall(r'failed\("(\w+)"\)', script())
    )
    assert thrown
    assert thrown <= set(ERRORS)
    assert "NotReadableError" in ERRORS, "what stands for all others"


def test_every_problem_and_every_state_has_a_sentence() -> None:
    problems = set(re.findall(r'problem: \{ name: "(\w+)" \}', script())) | {
        "busy",
        "full",
        "often",
        "restarting",
        "PathError",
    }
    states = set(StateName.__args__) - {"live"}  # type: ignore[attr-defined]
    assert problems | states <= set(NOTICES)


@pytest.mark.parametrize("min_age", [18, 25])
def test_every_reason_has_its_words(monkeypatch: pytest.MonkeyPatch, min_age: int) -> None:
    monkeypatch.setattr(texts, "language", lambda: "ru")
    catalogue = words(RatingSettings(min_age=min_age))
    assert set(catalogue["reasons"]) == set(catalogue["advice"]) == set(refusals("ru", min_age))
    assert len(catalogue["reasons"]) == len(ADVICE) - (min_age == 18)
    assert set(catalogue["found"]) == set(PLURALS)
