from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from core.settings import WEIGHTS
from webapp.doctor import software
from webapp.doctor.finding import Level


@pytest.mark.parametrize(
    ("version", "level"), [((3, 10, 9), Level.FAILURE), ((3, 11, 0), Level.OK), ((4, 0, 0), Level.OK)]
)
def test_an_old_python_is_reported(version: tuple[int, ...], level: Level) -> None:
    assert software.check_python(version).level is level


@pytest.mark.parametrize(
    ("system", "machine", "libc", "bits", "level"),
    [
        ("Linux", "x86_64", "glibc", 64, Level.OK),
        ("Darwin", "arm64", "", 64, Level.OK),
        ("Windows", "AMD64", "", 64, Level.OK),
        ("Linux", "x86_64", "", 64, Level.FAILURE),
        ("Darwin", "x86_64", "", 64, Level.FAILURE),
        ("Windows", "AMD64", "", 32, Level.FAILURE),
        ("Linux", "riscv64", "glibc", 64, Level.FAILURE),
    ],
)
def test_a_machine_that_nothing_is_built_for_is_reported(
    system: str, machine: str, libc: str, bits: int, level: Level
) -> None:
    assert software.check_platform(system, machine, libc, bits).level is level


def test_packages_that_are_missing_or_old_are_named() -> None:
    assert software.check_packages(software.requirements()).level is Level.OK
    wrong = software.check_packages(["numpy>=999", "no-such-package", "pytest"])
    assert wrong.level is Level.FAILURE
    assert "numpy is" in wrong.message
    assert "no-such-package is missing" in wrong.message
    assert "pytest" not in wrong.message


def test_an_installed_package_knows_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software, "INSTALLED", True)
    monkeypatch.setattr("importlib.metadata.requires", lambda _: ["numpy>=2", "keras==3; extra == 'train'"])
    assert software.requirements() == ["numpy>=2"]


def test_a_build_that_does_not_load_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert software.check_compiled().level is Level.OK
    monkeypatch.setitem(sys.modules, "cv2", None)
    wrong = software.check_compiled(["numpy", "cv2"])
    assert wrong.level is Level.FAILURE
    assert wrong.message.startswith("cv2 does not load")


def test_models_are_there_and_whole() -> None:
    (finding,) = software.check_weights(WEIGHTS)
    assert finding.level is Level.OK
    assert str(WEIGHTS) in finding.message


def test_each_model_that_is_missing_or_damaged_is_reported(tmp_path: Path) -> None:
    (none,) = software.check_weights(tmp_path)
    assert none.level is Level.FAILURE
    for file in WEIGHTS.glob("*.tflite"):
        (tmp_path / file.name).symlink_to(file)
    shutil.copyfile(WEIGHTS / "manifest.json", tmp_path / "manifest.json")
    for name in ("facegrid.tflite", "agenet.tflite"):
        (tmp_path / name).unlink()
    (tmp_path / "agenet.tflite").write_bytes(b"half of it")
    findings = software.check_weights(tmp_path)
    assert [finding.level for finding in findings] == [Level.FAILURE] * 2
    assert {"facegrid.tflite" in finding.message for finding in findings} == {True, False}


def test_settings_that_nobody_knows_are_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAIREST_MIN_FACE", "40")
    finding, settings = software.check_settings()
    assert (finding.level, finding.message) == (Level.OK, "changed: min_face")
    assert settings is not None
    assert settings.rating.min_face == 40
    monkeypatch.setenv("FAIREST_PASSWROD", "correct horse")
    finding, settings = software.check_settings()
    assert finding.level is Level.FAILURE
    assert "FAIREST_PASSWORD" in finding.message
    assert "correct horse" not in finding.message
    assert settings is None
