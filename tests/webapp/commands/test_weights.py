from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.models.fetching import LOCK
from core.settings import WEIGHTS
from tests import faces
from tests.webapp.commands.sites import file_server
from webapp import __main__ as command
from webapp.commands import weights


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of the models that ship."""
    with file_server(WEIGHTS) as url:
        yield url


@pytest.fixture
def light(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A weights folder as a wheel without models has it, which the settings name."""
    folder = tmp_path / "weights"
    shutil.copytree(WEIGHTS, folder, ignore=shutil.ignore_patterns("*.tflite"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAIREST_WEIGHTS_DIR", str(folder))
    return folder


def models(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.tflite")}


def test_it_brings_all_and_then_nothing(light: Path, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["weights", "--from", address]) == 0
    output = capsys.readouterr()
    assert output.out == f"{len(models(WEIGHTS))} model files downloaded; all are in {light}.\n"
    assert "fairest weights: fetching faceres.tflite\n" in output.err
    assert models(light) == models(WEIGHTS)
    assert command.main(["weights"]) == 0
    assert capsys.readouterr().out.startswith("0 model files downloaded")
    assert {path.name for path in light.iterdir()} - {path.name for path in WEIGHTS.iterdir()} <= {LOCK}


def test_files_are_rated_by_models_that_come_first(
    light: Path, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FAIREST_WEIGHTS_URL", address)
    assert command.main(["rate", str(faces.FOLDER / faces.ADULT)]) == 0
    assert '"rating"' in capsys.readouterr().out
    assert models(light) == models(WEIGHTS)


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("words", [["weights"], ["rate", "a.jpg"], ["app"]])
def test_an_address_that_does_not_answer_is_a_sentence(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FAIREST_WEIGHTS_URL", "http://127.0.0.1:9/")
    assert command.main(words) == 2
    stderr = capsys.readouterr().err
    assert stderr.startswith(f"fairest {words[0]}: expected the model file ")
    assert "download failed" in stderr


@pytest.mark.usefixtures("light")
def test_wrong_settings_are_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["weights", "--from", "ftp://example.org"]) == 2
    assert "weights_url" in capsys.readouterr().err


@pytest.mark.usefixtures("light")
def test_without_an_address_nothing_is_looked_for() -> None:
    assert weights.bring_if_told("fairest app")


def test_settings_that_cannot_be_used_are_left_to_who_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIREST_THREADS", "none")
    assert weights.bring_if_told("fairest app")
