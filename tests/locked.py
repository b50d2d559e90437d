"""A folder that cannot be listed, whoever runs the tests: root may list every real one."""

from __future__ import annotations

import os

import pytest


def lock(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Refuse to list the folder of that name."""
    original = os.scandir

    def scandir(path: str):  # type: ignore[no-untyped-def]
        if os.path.basename(path) == name:
            raise PermissionError(13, "Permission denied", path)
        return original(path)

    monkeypatch.setattr(os, "scandir", scandir)
