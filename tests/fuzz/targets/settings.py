"""Settings: environment variables, one per line, and after an empty line the file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from unittest import mock

from core.setting_names import CONFIG, PREFIX
from core.settings_reader import SettingsError, load_settings

ALLOWED = (SettingsError,)
FOLDER = tempfile.TemporaryDirectory()
FILE = Path(FOLDER.name) / "fairest.toml"


def fuzz(data: bytes) -> None:
    head, _, body = data.partition(b"\n\n")
    lines = (line.decode("utf-8", "surrogateescape").partition("=") for line in head.split(b"\n"))
    environment = {PREFIX + name: value for name, _, value in lines if name.isidentifier() and "\0" not in value}
    FILE.write_bytes(body)
    with mock.patch.dict(os.environ, environment | {CONFIG: str(FILE)}):
        load_settings()
