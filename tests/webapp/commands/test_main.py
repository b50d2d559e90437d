from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tomllib

import pytest

from core.settings import ROOT
from tests import faces
from webapp import __main__ as command

PICTURE = str(faces.FOLDER / faces.ADULT)


def test_the_version_is_the_projects(capsys: pytest.CaptureFixture[str]) -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    with pytest.raises(SystemExit) as ended:
        command.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"fairest {project['version']}\n"
    assert project["scripts"] == {"fairest": "webapp.__main__:main"}


def test_an_installed_one_tells_the_packages_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "INSTALLED", True)
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"{name} 9")
    assert command.version() == "fairest 9"


@pytest.mark.parametrize("name", command.COMMANDS)
def test_every_command_says_what_it_takes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main([name, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: fairest {name}")


@pytest.mark.parametrize("words", [[], ["ap"], ["rate"], ["train", "no_such_model"]])
def test_a_wrong_call_has_status_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(words)
    assert ended.value.code == 2
    assert "fairest" in capsys.readouterr().err


def test_pictures_are_rated_as_by_core(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["rate", PICTURE, "absent.jpg"]) == 1
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["faces"][0]["rating"] > 1
    assert second["error"]


def test_a_fault_is_told_under_the_name_that_was_typed(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["rate", PICTURE, "--classifier", "none"]) == 2
    assert capsys.readouterr().err.startswith("fairest rate: expected a classifier among ")


def test_other_verbs_of_training_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["training", "export", "--help"])
    assert capsys.readouterr().out.startswith("usage: fairest training export")


def test_rating_waits_for_nothing_of_the_page() -> None:
    code = "import sys, webapp.__main__, webapp.commands.rate; print(*sys.modules)"
    completed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"streamlit", "aiortc", "keras"} & set(completed.stdout.split())


def test_every_command_is_a_module_with_a_main() -> None:
    for subcommand in command.COMMANDS.values():
        assert callable(importlib.import_module(subcommand.module).main)
