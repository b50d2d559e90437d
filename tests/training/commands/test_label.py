from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests.training.conftest import save
from training.__main__ import main

FAKE = """#!/bin/sh
if [ "$1" = --version ]; then echo "{version}"; exit 0; fi
printf '%s\\n' "$@" > "{log}"
exit {status}
"""


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    save(tmp_path / "my pictures" / "a.png", np.zeros((20, 20, 3), np.uint8))
    return tmp_path / "my pictures"


@pytest.fixture
def called(tmp_path: Path) -> Path:
    """Where a fake labelme writes its arguments, one a line."""
    return tmp_path / "called.txt"


def install(monkeypatch: pytest.MonkeyPatch, called: Path, version: str = "Labelme 6.3.1", status: int = 0) -> Path:
    """A fake labelme, first on the PATH."""
    program = called.parent / "bin" / "labelme"
    program.parent.mkdir()
    program.write_text(FAKE.format(version=version, log=called, status=status))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return program


@pytest.mark.parametrize("version", ["Labelme 6.3.1", "labelme 10.0.0", "something new"])
def test_the_current_labelme_saves_by_itself(
    version: str, pictures: Path, called: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    install(monkeypatch, called, version)
    assert main(["label", str(pictures)]) == 0
    assert called.read_text().splitlines() == [str(pictures), "--labels", "face,", "--validate-label", "exact"]
    assert "labelme was closed" in capfd.readouterr().out


def test_an_older_labelme_is_told_to_save_and_to_store_no_picture(
    pictures: Path, called: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, called, "labelme 5.5.0")
    monkeypatch.chdir(pictures.parent)
    assert main(["label", pictures.name, "--labels", "sexy", "very ugly"]) == 0
    lines = called.read_text().splitlines()
    assert lines == [
        str(pictures), "--labels", "sexy,very ugly,", "--validatelabel", "exact", "--nodata", "--autosave"
    ]  # fmt: skip


def test_without_labelme_it_says_how_to_install_it(
    pictures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(pictures))
    assert main(["label", str(pictures)]) == 2
    assert "pipx install labelme" in capsys.readouterr().err


def test_a_labelme_that_fails_is_status_2(
    pictures: Path, called: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    program = install(monkeypatch, called, status=3)
    assert main(["label", str(pictures)]) == 2
    assert "ended with status 3" in capfd.readouterr().err
    program.write_bytes(b"\x00no program")
    assert main(["label", str(pictures)]) == 2
    assert "cannot be started" in capfd.readouterr().err


def test_ctrl_c_closes_labelme_without_a_stack_trace(
    pictures: Path, called: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    program = install(monkeypatch, called)
    program.write_text(FAKE.format(version="6.3.1", log=called, status='"$(kill -INT $PPID; sleep 5)"'))
    assert main(["label", str(pictures)]) == 0
    assert "labelme was closed" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["gone"], "expected a folder"), (["."], "there are none"), (["my pictures", "--labels", " "], "expected labels")],
)
def test_a_wrong_call_starts_nothing(
    arguments: list[str],
    says: str,
    pictures: Path,
    called: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    install(monkeypatch, called)
    (pictures.parent / "empty").mkdir()
    monkeypatch.chdir(pictures.parent / "empty" if arguments == ["."] else pictures.parent)
    assert main(["label", *arguments]) == 2
    assert says in capsys.readouterr().err
    assert not called.exists()
