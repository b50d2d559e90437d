"""requirements*.txt are what pyproject.toml asks for: pinned, hashed, all of it and nothing else."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from core.settings import ROOT
from tests.package.lock import LOCKS, Lock, blocks, included, main, without

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NEVER = {"tensorflow", "tensorflow-cpu", "keras", "tensorboard", "ray", "scikit-learn", "scipy", "albumentations"}
"""What the page must come without."""
APART = {"ray", "fuzz"}
"""Extras that `make test` does not install."""


def pinned(name: str) -> dict[str, Requirement]:
    """What a file and those that it builds on ask of this machine, by the package's name."""
    requirements = [Requirement(line) for line in included(name)]
    return {
        canonicalize_name(requirement.name): requirement
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate()
    }


def direct(extra: str | None) -> list[Requirement]:
    """What pyproject.toml itself asks for, without an extra or with it, on this machine."""
    requirements = [Requirement(text) for text in PROJECT["dependencies"]]
    for text in PROJECT["optional-dependencies"][extra] if extra else []:
        listed = Requirement(text)
        # An extra of our own in another.
        requirements += (
            [nested for own in listed.extras for nested in direct(own)] if listed.name == "fairest" else [listed]
        )
    return [requirement for requirement in requirements if requirement.marker is None or requirement.marker.evaluate()]


def needed(asked: list[Requirement]) -> set[str]:
    """The names of all that comes with these packages, by what is installed here."""
    names: set[str] = set()
    todo = [(canonicalize_name(requirement.name), frozenset(requirement.extras)) for requirement in asked]
    seen = set(todo)
    while todo:
        name, extras = todo.pop()
        names.add(name)
        for text in importlib.metadata.requires(name) or []:
            dependency = Requirement(text)
            if dependency.marker is None or any(
                dependency.marker.evaluate({"extra": extra}) for extra in ("", *extras)
            ):
                package = (canonicalize_name(dependency.name), frozenset(dependency.extras))
                if package not in seen:
                    seen.add(package)
                    todo.append(package)
    return names


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_each_file_holds_what_pyproject_asks_for(lock: Lock) -> None:
    pins = pinned(lock.name)
    for requirement in direct(lock.extra):
        (pin,) = pins[canonicalize_name(requirement.name)].specifier
        assert pin.operator == "=="
        assert requirement.specifier.contains(pin.version), (
            f"{requirement}, but {lock.name} has {pin}: run make requirements"
        )


@pytest.mark.parametrize("lock", [lock for lock in LOCKS if lock.extra not in APART], ids=lambda lock: lock.name)
def test_each_file_holds_that_with_what_it_brings_and_nothing_else(lock: Lock) -> None:
    # pip and setuptools come with Python, too.
    assert set(pinned(lock.name)) ^ needed(direct(lock.extra)) <= {"pip", "setuptools"}, "run make requirements"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_has_hashes_and_stands_in_one_place(lock: Lock) -> None:
    own = blocks((ROOT / lock.name).read_text(encoding="utf-8"))
    assert own
    assert all("--hash=sha256:" in block for block in own.values())
    for base in lock.base:
        assert not own.keys() & included(base).keys()
    assert "://" not in (ROOT / lock.name).read_text(encoding="utf-8"), "an index of somebody's"
    assert len(pinned(lock.name)) == len({line.split("==")[0] for line in included(lock.name) if _is_ours(line)})


def _is_ours(line: str) -> bool:
    requirement = Requirement(line)
    return requirement.marker is None or requirement.marker.evaluate()


def test_the_page_comes_without_what_trains_and_tests() -> None:
    assert {"streamlit", "rich", "ai-edge-litert"} <= pinned("requirements.txt").keys()
    assert not NEVER & {line.split("==")[0] for line in included("requirements.txt")}


def test_make_installs_for_the_page_what_the_page_needs_only() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    rules = dict(re.findall(r"^(\S+): (.*)$", makefile, re.MULTILINE))
    assert rules["app"] == "$(PAGE)"
    assert rules["$(PAGE)"] == "requirements.txt"
    assert rules["$(TRAIN)"] == "$(PAGE) requirements-train.txt"
    assert rules["$(STAMP)"] == "$(TRAIN) requirements-test.txt"
    assert rules["test"] == rules["test-all"] == rules["fuzz"] == "$(STAMP)"


def test_of_a_resolution_only_what_the_base_lacks_is_kept() -> None:
    base = "a==1 \\\n    --hash=sha256:00\n    # via b\nb==2 ; os_name == 'nt' \\\n    --hash=sha256:01\n"
    resolution = (
        "# Head\n" + base.replace(" ; os_name == 'nt'", "") + "c==3 \\\n    --hash=sha256:02 \\\n    --hash=sha256:03\n"
    )
    kept = without(resolution, blocks(base))
    assert kept == "b==2 \\\n    --hash=sha256:01\nc==3 \\\n    --hash=sha256:02 \\\n    --hash=sha256:03\n"


def test_without_uv_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")
    assert main([]) == 2
    assert "uv" in capsys.readouterr().err
