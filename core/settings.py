"""Settings: `FAIREST_...` environment variables over the file `fairest.toml` over the defaults here.

`FAIREST_CONFIG=PATH` names another file. Lists and tables in a variable are JSON, for example
`FAIREST_ICE_SERVERS='[{"urls": ["stun:stun.example.org:3478"]}]'`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from core.errors import FairestError

ROOT = Path(__file__).resolve().parent.parent
ADULT = 18
"""Years."""

VIEWERS_A_CORE = 2
"""Live viewers that a core can serve well, as measured (README)."""

LABEL_ABOVE = "Sexy"
"""Name of the class rated above the training median, unless settings say otherwise."""


class SettingsError(FairestError):
    """A variable or the settings file holds a value that cannot be used."""


class IceServer(BaseModel):
    """A STUN or TURN server, as in the browser's RTCIceServer."""

    model_config = ConfigDict(extra="forbid")

    urls: list[str]
    username: str | None = None
    credential: str | None = None


class Settings(BaseSettings):
    """What an operator may change. Every field is a variable: `FAIREST_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="FAIREST_", extra="forbid", frozen=True)

    label_above: Annotated[str, Field(min_length=1, max_length=24)] = LABEL_ABOVE
    """Name of the class rated above the training median."""
    label_below: Annotated[str, Field(min_length=1, max_length=24)] = "Ugly"
    """Name of the class rated at or below it."""
    weights_dir: Path = ROOT / "weights"
    """Folder of the manifest, the models and their reports."""
    detector: str = "facegrid"
    """The detector that the live page starts with."""
    photo_detector: str = "facegrid_fine"
    """The detector that the photos page and the command line start with."""
    classifier: str = "mobilenet_v2"
    """The classifier that the app starts with."""
    threads: Annotated[int, Field(ge=1, le=64)] = min(2, os.cpu_count() or 1)
    """Threads of each model's inference."""
    min_age: Annotated[int, Field(ge=ADULT, le=120)] = ADULT
    """Faces that look younger, in years, are refused, and always those that look younger than the guard's safe age."""
    min_face: Annotated[int, Field(ge=8)] = 32
    """Faces whose box is smaller than this many pixels (geometric mean of its sides) are refused."""
    max_picture_mb: Annotated[int, Field(ge=1, le=1024)] = 25
    """Largest picture file, megabytes."""
    max_megapixels: Annotated[int, Field(ge=1, le=256)] = 40
    """Largest picture, millions of pixels."""
    max_viewers: Annotated[int, Field(ge=1)] = VIEWERS_A_CORE * (os.cpu_count() or 1)
    """Live viewers at a time; the next one is told that the server is full, and let in when a place is free."""
    ice_servers: list[IceServer] = []
    """STUN and TURN servers for viewers that cannot reach the server directly; none on one machine or a LAN."""

    @model_validator(mode="after")
    def _labels_differ(self) -> Settings:
        if self.label_above == self.label_below:
            raise ValueError(f"label_above and label_below must differ; both are {self.label_above!r}")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then variables, then the file."""
        path = Path(os.environ.get("FAIREST_CONFIG", "fairest.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, path)


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: a value is of the wrong kind or out of range, a name is unknown, or the file is no TOML.
    """
    named = os.environ.get("FAIREST_CONFIG")
    if named and not Path(named).is_file():
        raise SettingsError(f"expected a settings file at FAIREST_CONFIG={named}; there is none.")
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in wrong['loc']) or 'settings'}: {wrong['msg']}; received {wrong['input']!r}"
            for wrong in error.errors()
        ]
        raise SettingsError("settings cannot be used. " + " | ".join(lines)) from error
    except ValueError as error:
        raise SettingsError(
            f"settings cannot be read: {error}. Check fairest.toml and the FAIREST_ variables."
        ) from error
