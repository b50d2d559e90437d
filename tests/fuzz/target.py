"""The targets, with the inputs that each begins from and those that it failed on once."""

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
    """What reads strangers' bytes. allowed: the errors by which it may refuse them."""

    name: str
    fuzz: Callable[[bytes], None]
    allowed: tuple[type[Exception], ...]

    def run(self, data: bytes) -> None:
        """Try some bytes.

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
        """The folder of inputs that were crashes once."""
        return HERE / "regressions" / self.name

    def inputs(self) -> list[Path]:
        """All its files, in order of their names."""
        return inputs(self.name)


def inputs(name: str) -> list[Path]:
    """All files of a target, in order of their names, without importing it."""
    return [path for kind in ("corpus", "regressions") for path in sorted((HERE / kind / name).glob("*"))]


def names() -> list[str]:
    """Of all targets."""
    return sorted(module.name for module in pkgutil.iter_modules(targets.__path__))


def load(name: str) -> Target:
    """A target by its name."""
    module = importlib.import_module(f"tests.fuzz.targets.{name}")
    return Target(name, module.fuzz, module.ALLOWED)
