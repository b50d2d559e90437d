"""Private names of others are used in one file, which knows the exact releases that it was read in.

Private is what begins with an underscore: an attribute, a module, an imported name. Python's own `__name__` and what a
library documents as `_name_` (enum) are not, and neither is gettext's `_`. Outside the one file

- `x._y` is for `self`, `cls` and `super()` alone, so that not even an own class is reached into from outside;
- on those, and as a method of a class, a private name is an own one: no base class from elsewhere has it;
- nothing private is imported, and none is written as text, as getattr() and setattr() would need it;
- nothing of aiortc and aioice is replaced, whatever its name, by setattr() or by an assignment.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import re
import textwrap
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from core.settings import ROOT
from webapp.live import aiortc_internals
from webapp.live.aiortc_internals import RELEASES, Place

ONE = Path("webapp/live/aiortc_internals.py")
OWN = ("webapp", "core")
PATCHED = ("aiortc", "aioice")
PRIVATE_TEXT = re.compile(r"([A-Za-z_]\w*\.)*(_[A-Za-z]\w*|__\w*[A-Za-z0-9])")


def private(name: str) -> bool:
    """Whether a name is private; `_` and `_name_` are not, nor is `__name__`."""
    return name.startswith("_") and name.strip("_") != "" and not name.endswith("_")


def privates(tree: ast.AST, owner: str) -> set[str]:
    """The private names that the body of a class defines, or sets on self; mangled as Python does it."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            names.add(node.attr)
    return {f"_{owner.lstrip('_')}{name}" if name.startswith("__") else name for name in names if private(name)}


@functools.cache
def privates_of_other(path: str) -> frozenset[str]:
    """Those of a class from elsewhere and of its bases, as far as their source is Python."""
    module, _, name = path.rpartition(".")
    try:
        foreign = getattr(importlib.import_module(module or "builtins"), name)
    except (ImportError, AttributeError):
        return frozenset()
    names: set[str] = set()
    for base in getattr(foreign, "__mro__", ()):
        if base.__module__.partition(".")[0] in OWN:
            continue  # put there in place of theirs, once a connection was made in this process
        try:
            source = textwrap.dedent(inspect.getsource(base))
        except (OSError, TypeError):
            continue
        names |= privates(ast.parse(source), base.__name__)
    return frozenset(names)


class Source:
    """One file: its tree, and what its imported names stand for."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.tree = ast.parse(text)
        self.module = ".".join(path.with_suffix("").parts)
        self.names: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                self.names |= {
                    alias.asname or alias.name.split(".")[0]: alias.name if alias.asname else alias.name.split(".")[0]
                    for alias in node.names
                }
            elif isinstance(node, ast.ImportFrom):
                self.names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        self.classes = {node.name: node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)}

    def full(self, node: ast.expr) -> str:
        """What an expression such as `a.b` or `A[B]` stands for, with its module; empty for any other."""
        if isinstance(node, ast.Subscript):
            return self.full(node.value)
        if isinstance(node, ast.Attribute):
            prefix = self.full(node.value)
            return prefix and f"{prefix}.{node.attr}"
        if not isinstance(node, ast.Name):
            return ""
        return f"{self.module}.{node.id}" if node.id in self.classes else self.names.get(node.id, "")


def inherited(source: Source, node: ast.ClassDef, sources: dict[str, Source]) -> frozenset[str]:
    """The private names that a class has of bases from elsewhere, through own ones as well."""
    names: frozenset[str] = frozenset()
    for base in map(source.full, node.bases):
        module, _, name = base.rpartition(".")
        if module in sources and name in sources[module].classes:
            names |= inherited(sources[module], sources[module].classes[name], sources)
        elif base and base.partition(".")[0] not in OWN:
            names |= privates_of_other(base)
    return names


def of_own(node: ast.expr) -> bool:
    """Whether it is self, cls or super()."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "super"
    return isinstance(node, ast.Name) and node.id in {"self", "cls"}


def replaced(source: Source, node: ast.AST) -> str:
    """What of aiortc or aioice a node replaces; empty where it replaces nothing of theirs."""
    target: ast.expr | None = None
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
        target = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"setattr", "delattr"}:
        target = node.args[0]
    path = source.full(target) if target is not None else ""
    return path if path.partition(".")[0] in PATCHED else ""


def faults(source: Source, sources: dict[str, Source]) -> Iterator[str]:
    """Each use that the rule forbids, as file, line and name."""
    for node in ast.walk(source.tree):
        names: set[str] = set()
        if isinstance(node, ast.Attribute):
            names = {node.attr} if private(node.attr) and not of_own(node.value) else set()
        elif isinstance(node, ast.Import | ast.ImportFrom):
            paths = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            names = {part for path in paths for part in path.split(".") if private(part)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and PRIVATE_TEXT.fullmatch(node.value):
            names = {node.value}
        elif isinstance(node, ast.ClassDef):
            names = privates(node, node.name) & inherited(source, node, sources)
        if replaced_name := replaced(source, node):
            names = names | {f"{replaced_name} is replaced"}
        for name in sorted(names):
            yield f"{source.path}:{getattr(node, 'lineno', 0)}: {name}"


def sources_of(texts: dict[str, str]) -> dict[str, Source]:
    """By module."""
    sources = (Source(Path(path), text) for path, text in texts.items())
    return {source.module: source for source in sources}


def found_in(texts: dict[str, str]) -> list[str]:
    """All faults, but those of the one file."""
    sources = sources_of(texts)
    return [fault for source in sources.values() if source.path != ONE for fault in faults(source, sources)]


def test_private_names_of_others_are_used_in_one_file_alone() -> None:
    texts = {str(path.relative_to(ROOT)): path.read_text() for path in sorted((ROOT / "webapp").rglob("*.py"))}
    assert str(ONE) in texts
    violations = found_in(texts)
    assert not violations, f"Expected private names of others in {ONE} alone; found\n" + "\n".join(violations)


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    return x._role",
        "from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks",
        "import streamlit._main",
        "from aiortc._private import name",
        "def f(x):\n    return getattr(x, '_role')",
        "def f(x):\n    setattr(x, '_Transaction__timeout_delay', 1)",
        "def f(x, name):\n    return getattr(x, f'_RTCRtpReceiver__{name}')",
        "from aiortc.jitterbuffer import JitterBuffer\nclass A(JitterBuffer):\n    def f(self): self._packets = 1",
        "from aiortc.jitterbuffer import JitterBuffer\nclass A(JitterBuffer):\n    def _remove_frame(self): ...",
        "import aioice.stun\nclass A(aioice.stun.Transaction):\n    def _Transaction__retry(self): ...",
        "from webapp.live.aiortc_internals import PacketBuffer\nclass A(PacketBuffer):\n    def f(self): self._origin",
        "from aiortc.codecs import vpx\nvpx.MIN_BITRATE = 1",
        "from aioice import ice\nsetattr(ice, 'CONSENT_FAILURES', 1)",
    ],
)
def test_each_way_to_one_is_noticed(text: str) -> None:
    texts = {"webapp/made.py": text, str(ONE): (ROOT / ONE).read_text()}
    assert any(fault.startswith("webapp/made.py:") for fault in found_in(texts))


@pytest.mark.parametrize(
    "text",
    [
        "from webapp.common.i18n import N_, _",
        "if __name__ == '__main__': ...",
        "class A:\n    def _f(self):\n        return self._g + super()._h",
        "from aiortc.jitterbuffer import JitterBuffer\nclass A(JitterBuffer):\n    def f(self):\n        self._own = 1",
    ],
)
def test_what_is_not_private_or_ones_own_passes(text: str) -> None:
    assert found_in({"webapp/made.py": text}) == []


@pytest.mark.parametrize("name", RELEASES)
def test_these_are_the_releases_whose_private_names_are_used(name: str) -> None:
    expected, installed = RELEASES[name], version(name)
    advice = (
        f"Expected {name} {expected}; {installed} is installed. {ONE} uses private names of it and replaces parts of "
        "it: compare each name there with the new release's source, run tests/webapp/live and tests/live, look whether "
        "a report of docs/upstream.md is resolved, and then raise RELEASES."
    )
    assert installed == expected, advice
    pinned = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [pinned["dependencies"], *pinned.get("optional-dependencies", {}).values()]
    assert any(f"{name}=={expected}" in group for group in groups), advice


@pytest.mark.parametrize(
    "place",
    [place for place in vars(aiortc_internals).values() if isinstance(place, Place)],
    ids=lambda place: place.name,
)
def test_what_is_replaced_is_there(place: Place) -> None:
    assert place.current is not None
