"""The page's JavaScript: oxlint has nothing to say about it, and its units (*.test.mjs) do what they should.

Both take the scripts as they are served: one file for each component, whatever it is joined from.
"""

from __future__ import annotations

import os
import subprocess
import sysconfig
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

from core.settings import ROOT
from webapp.live.player.component import FOLDER as PLAYER
from webapp.live.player.component import SCRIPTS

TESTS = Path(__file__).parent
UNITS = sorted(TESTS.rglob("*.test.mjs"))
OXLINT = Path(sysconfig.get_path("scripts")) / "oxlint"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scripts as browsers get them, each at its path in the repository."""
    folder = tmp_path_factory.mktemp("served")
    parts = [PLAYER / name for name in SCRIPTS]
    scripts = {path: [path] for path in (ROOT / "webapp").rglob("*.js") if path not in parts}
    scripts[PLAYER / "player.js"] = parts
    for path, sources in scripts.items():
        out = folder / path.relative_to(ROOT)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("\n".join(source.read_text(encoding="utf-8") for source in sources), encoding="utf-8")
    return folder


def test_each_script_is_one_module_with_one_way_in(served: Path) -> None:
    for path in served.rglob("*.js"):
        statements = [
            line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(("import ", "export "))
        ]
        assert [statement.partition(" (")[0] for statement in statements] == ["export default function"], path


def lint(*paths: Path) -> subprocess.CompletedProcess[str]:
    """What oxlint says to files and folders."""
    command: list[str | Path] = [OXLINT, "--config", ROOT / ".oxlintrc.json", "--deny-warnings", *paths]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_linter_finds_nothing(served: Path) -> None:
    # By name: the units write copies beside the scripts, for themselves.
    completed = lint(*served.rglob("*.js"), TESTS)
    assert completed.returncode == 0, completed.stdout + completed.stderr


def test_the_linter_finds_a_name_that_is_nowhere(tmp_path: Path) -> None:
    (tmp_path / "script.js").write_text("export default () => missing();\n", encoding="utf-8")
    completed = lint(tmp_path)
    assert completed.returncode == 1
    assert "no-undef" in completed.stdout


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name.removesuffix(".test.mjs"))
def test_the_units(path: Path, served: Path) -> None:
    # Playwright's own: whoever has the browser tests has it.
    node, _ = compute_driver_executable()
    environment = os.environ | {"FAIREST_SERVED": str(served)}
    command: list[str | Path] = [node, "--test", "--test-reporter=spec", path]
    completed = subprocess.run(
        command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
