from __future__ import annotations

import sys

import pytest

from training.__main__ import main


def test_without_what_trains_a_sentence_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "training.train", raising=False)
    monkeypatch.setitem(sys.modules, "keras", None)
    assert main(["train", "mobilenet_v2"]) == 2
    stderr = capsys.readouterr().err
    assert stderr.startswith("python -m training: expected keras; it is not installed.")
    assert "requirements-train.txt" in stderr
    assert "fairest[train]" in stderr


def test_a_module_of_our_own_that_is_missing_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "training.train", None)
    with pytest.raises(ModuleNotFoundError):
        main(["train", "mobilenet_v2"])
