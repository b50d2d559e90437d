"""The targets, with their seeds and regressions."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz import targets

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Target:
    """Code that reads untrusted bytes. allowed: errors by which it may reject them."""

    name: str
    fuzz: Callable[[bytes], None]
    allowed: tuple[type[Exception], ...]

    def run(self, data: bytes) -> None:
        """Run it on some bytes.

        Raises:
            Exception: a crash.
        """
        try:
            self.fuzz(data)
        except self.allowed:
            return

    @property
    def corpus(self) -> Path:
        """The folder of its seeds."""
        return HERE / "corpus" / self.name

    @property
    def regressions(self) -> Path:
        """The folder of inputs that once crashed it."""
        return HERE / "regressions" / self.name

    def inputs(self) -> list[Path]:
        """All its files, sorted by name."""
        return inputs(self.name)


def inputs(name: str) -> list[Path]:
    """Return all files of a target, sorted by name, without importing it."""
    return [path for kind in ("corpus", "regressions") for path in sorted((HERE / kind / name).glob("*"))]


def names() -> list[str]:
    """Return the names of all targets."""
    return sorted(module.name for module in pkgutil.iter_modules(targets.__path__))


def load(name: str) -> Target:
    """Load a target by its name."""
    module = importlib.import_module(f"tests.fuzz.targets.{name}")
    return Target(name, module.fuzz, module.ALLOWED)
