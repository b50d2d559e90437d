"""Settings: `FAIREST_...` environment variables over the file `fairest.toml` over the defaults here.

`FAIREST_CONFIG=PATH` names another file. Lists and tables in a variable are JSON, for example
`FAIREST_ICE_SERVERS='[{"urls": ["stun:stun.example.org:3478"]}]'`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from core.errors import FairestError

ROOT = Path(__file__).resolve().parent.parent
ADULT = 18
"""Years."""

VIEWERS_A_CORE = 2
"""Live viewers that a core can serve well, as measured (README)."""

LABEL_ABOVE = "Sexy"
"""Name of the class rated above the training median, unless settings say otherwise."""

LEAST_PASSWORD = 8
"""Characters."""

SECRETS = frozenset({"password", "password_hash", "secret", "ice_servers"})
"""Fields whose values are told nobody."""


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

    model_config = SettingsConfigDict(env_prefix="FAIREST_", extra="forbid", frozen=True, hide_input_in_errors=True)

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
    max_archive_mb: Annotated[int, Field(ge=1, le=1024)] = 100
    """Largest zip of pictures, megabytes."""
    max_pictures: Annotated[int, Field(ge=1, le=1000)] = 200
    """Pictures of one viewer at a time, and of one zip."""
    max_kept_mb: Annotated[int, Field(ge=10)] = 400
    """Memory for the rated pictures of all viewers of the photos page, megabytes."""
    photo_workers: Annotated[int, Field(ge=1, le=16)] = 1
    """Processes that rate pictures; each takes the memory of the models and of one picture."""
    max_viewers: Annotated[int, Field(ge=1)] = VIEWERS_A_CORE * (os.cpu_count() or 1)
    """Live viewers at a time; the next one is told that the server is full, and let in when a place is free."""
    drain_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    """Seconds for which viewers that are live may go on when the server is asked to stop (SIGTERM)."""
    password: Annotated[SecretStr, Field(min_length=LEAST_PASSWORD)] | None = None
    """What a viewer must type to see anything; nothing when there is neither this nor a hash."""
    password_hash: SecretStr | None = None
    """The same as a hash, so that the password itself is nowhere: `python -m webapp.access` makes one."""
    secret: Annotated[SecretStr, Field(min_length=32)] | None = None
    """What signs the cookies of viewers who gave the password; made anew at each start when not given. Several servers
    behind one address need the same."""
    trusted_proxies: Annotated[int, Field(ge=0, le=8)] = 0
    """Reverse proxies before this server, which are believed when they say whom they heard and over what."""
    photos_per_minute: Annotated[int, Field(ge=1)] = 300
    """Pictures that one client may bring a minute."""
    ice_servers: list[IceServer] = []
    """STUN and TURN servers for viewers that cannot reach the server directly; none on one machine or a LAN."""

    @model_validator(mode="after")
    def _labels_differ(self) -> Settings:
        if self.label_above == self.label_below:
            raise ValueError(f"label_above and label_below must differ; both are {self.label_above!r}")
        return self

    @model_validator(mode="after")
    def _one_password(self) -> Settings:
        if self.password and self.password_hash:
            raise ValueError("expected password or password_hash, not both; remove one")
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
        lines = [_told(wrong["loc"], wrong["msg"], wrong["input"]) for wrong in error.errors()]
        raise SettingsError("settings cannot be used. " + " | ".join(lines)) from error
    except ValueError as error:
        raise SettingsError(
            f"settings cannot be read: {error}. Check fairest.toml and the FAIREST_ variables."
        ) from error


def _told(where: tuple[str | int, ...], what: str, received: object) -> str:
    """One fault in a sentence: with the value that was received, unless that holds, or may hold, a secret."""
    sentence = f"{'.'.join(map(str, where)) or 'settings'}: {what}"
    shown = where and where[0] in Settings.model_fields and where[0] not in SECRETS
    return f"{sentence}; received {received!r}" if shown else sentence
