"""Checks of Python, its packages, the models and the settings."""

from __future__ import annotations

import importlib
import importlib.metadata
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

from packaging.requirements import Requirement

from core.errors import FairestError
from core.models.manifest import ModelCard, load_manifest, verified_path
from core.settings import INSTALLED, ROOT, Settings
from core.settings_reader import load_settings
from webapp.doctor.finding import Finding, failure, ok

OLDEST = (3, 11)

PLATFORMS = (("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Windows", "AMD64"))
"""Systems and processors for which ai-edge-litert, which runs the models, is built."""

COMPILED = ("numpy", "cv2", "av", "pyarrow", "pi_heif", "cryptography", "ai_edge_litert.interpreter")
"""Modules with compiled parts, which fail to load if they were built for another system."""


def check_python(version: Sequence[int]) -> Finding:
    """Check that this Python is new enough. version: at least major and minor."""
    name = ".".join(map(str, version[:3]))
    if tuple(version[:2]) >= OLDEST:
        return ok("Python", name)
    return failure(
        "Python", f"{name}; {'.'.join(map(str, OLDEST))} is the oldest supported version", "Install a newer Python."
    )


def check_platform(system: str, machine: str, libc: str, bits: int) -> Finding:
    """Check that packages exist for this machine.

    Args:
        system, machine: from the module `platform`.
        libc: "glibc" for GNU's, from platform.libc_ver; used on Linux only.
        bits: word size of Python.
    """
    name = f"{system} on {machine}, {bits} bits"
    if (system, machine) not in PLATFORMS or bits < 64:
        supported = ", ".join(" on ".join(pair) for pair in PLATFORMS)
        return failure(
            "platform",
            f"{name}; the models' runtime is available only for {supported}",
            "Use one of these, with a 64-bit Python.",
        )
    if system == "Linux" and libc != "glibc":
        advice = "Use a distribution with glibc, such as Debian, instead of Alpine."
        return failure(
            "platform", f"{name}; the models' runtime needs the GNU C library (glibc), which is missing", advice
        )
    return ok("platform", name)


def requirements() -> list[str]:
    """Return the page's requirements, as in pyproject.toml."""
    if INSTALLED:
        return [
            requirement for requirement in importlib.metadata.requires("fairest") or [] if "extra ==" not in requirement
        ]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return list(project["dependencies"])


def check_packages(packages: Iterable[str]) -> Finding:
    """Check that every package is installed in a suitable version. packages: requirements such as `name>=1`."""
    problems = []
    for requirement in map(Requirement, packages):
        try:
            installed = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            problems.append(f"{requirement.name} is missing")
        else:
            if not requirement.specifier.contains(installed, prereleases=True):
                problems.append(f"{requirement.name} is {installed} instead of {requirement.specifier}")
    if not problems:
        return ok("packages", "all installed")
    advice = "Run make install, or python -m pip install -r requirements.txt, or reinstall the package."
    return failure("packages", "; ".join(problems), advice)


def check_compiled(modules: Iterable[str] = COMPILED) -> Finding:
    """Check that packages with compiled parts can be loaded on this system."""
    for name in modules:
        try:
            importlib.import_module(name)
        except (ImportError, OSError) as error:
            advice = "Reinstall it; either a system library is missing, or the package was built for another system."
            return failure("builds", f"{name.partition('.')[0]} does not load: {error}", advice)
    return ok("builds", "all compiled packages load")


def check_weights(folder: Path) -> list[Finding]:
    """Check that every model is present and has the recorded checksum. folder: folder of the models."""
    advice = (
        "Restore the folder (git checkout weights, or reinstall the package), download what is missing "
        "(fairest weights), or set FAIREST_WEIGHTS_DIR."
    )
    try:
        networks = [card for card in load_manifest(folder).models if isinstance(card, ModelCard)]
    except FairestError as error:
        return [failure("models", str(error), advice)]
    problems = []
    for card in networks:
        try:
            verified_path(folder, card)
        except FairestError as error:
            problems.append(failure("models", str(error), advice))
    return problems or [ok("models", f"{len(networks)} in {folder}, all with the recorded checksums")]


def check_settings() -> tuple[Finding, Settings | None]:
    """Check that the settings are valid: no unknown names, no values out of range. Returns None if they are not."""
    try:
        settings = load_settings()
    except FairestError as error:
        return failure("settings", str(error), "See docs/settings.md for all settings."), None
    changed = ", ".join(sorted(name for _, group in settings for name in group.model_fields_set))
    return ok("settings", f"changed: {changed}" if changed else "all at their defaults"), settings
