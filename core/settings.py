"""Settings: `FAIREST_...` environment variables over the file `fairest.toml` over the defaults here.

`FAIREST_CONFIG=PATH` names another file. Lists and tables in a variable are JSON, for example
`FAIREST_ICE_SERVERS='[{"urls": ["stun:stun.example.org:3478"]}]'`. A name that is no setting is an error.
"""

from __future__ import annotations

import codecs
import os
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from core import setting_names
from core.errors import FairestError

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent
"""The project's folder; where `core` was installed, the folder of all packages."""


def find_weights(package: Path) -> Path:
    """Folder of the models that ship: inside the package when a wheel brought it, beside it in the repository.

    Args:
        package: folder of `core`.
    """
    inside = package / "weights"
    return inside if inside.is_dir() else package.parent / "weights"


WEIGHTS = find_weights(PACKAGE)
INSTALLED = WEIGHTS.is_relative_to(PACKAGE)
"""Whether a wheel brought this: nothing beside the packages is ours then, and nothing is to be written there."""

ADULT = 18
"""Years."""

VIEWERS_A_CORE = 2
"""Live viewers that a core can serve well, as measured (docs/benchmarks.md)."""

LABEL_ABOVE = "Sexy"
"""Name of the class rated above the training median, unless settings say otherwise."""

MIN_PASSWORD_LENGTH = 8
"""Characters."""

SECRETS = frozenset({"password", "password_hash", "secret", "ice_servers", "api_keys"})
"""Fields whose values are told nobody."""


class SettingsError(FairestError):
    """A variable or the settings file holds a value that cannot be used."""


BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""What Windows' editors and shells begin a text file with, and the codec that takes it off."""


def _ice_url(text: str) -> str:
    if not re.match(r"(stun|turn)s?:[^\s]", text, re.IGNORECASE):
        raise ValueError("expected an address that begins with stun:, stuns:, turn: or turns:")
    return text


def _origins(given: list[str]) -> list[str]:
    if not all(re.fullmatch(r"https?://[a-z0-9.\-\[\]:]+", one) for one in given):
        raise ValueError("expected origins as https://example.org: no path, no slash at the end, in small letters")
    return given


def _listed(given: object) -> object:
    """One address alone, as the browser takes it, too."""
    return [given] if isinstance(given, str) else given


class IceServer(BaseModel):
    """A STUN or TURN server, as in the browser's RTCIceServer."""

    model_config = ConfigDict(extra="forbid")

    urls: Annotated[list[Annotated[str, AfterValidator(_ice_url)]], BeforeValidator(_listed), Field(min_length=1)]
    username: str | None = None
    credential: str | None = None


class ApiKey(BaseModel):
    """A key of the HTTP API. name: what it begins with. hash: of the whole key. per_minute: pictures."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
    hash: SecretStr
    per_minute: Annotated[int, Field(ge=1)] = 300


TABLES: dict[str, type[BaseModel]] = {"ice_servers": IceServer, "api_keys": ApiKey}
"""Settings that are lists of tables, and what such a table holds."""


class Settings(BaseSettings):
    """What an operator may change. Every field is a variable: `FAIREST_` and its name in capitals."""

    # The text below each field is its description: docs/settings.md is written from it.
    model_config = SettingsConfigDict(
        env_prefix="FAIREST_",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    label_above: Annotated[str, Field(min_length=1, max_length=24)] = LABEL_ABOVE
    """Name of the class rated above the training median."""
    label_below: Annotated[str, Field(min_length=1, max_length=24)] = "Ugly"
    """Name of the class rated at or below it; not the other's."""
    weights_dir: Path = WEIGHTS
    """Folder of the manifest, the models and their reports."""
    detector: str = "facegrid"
    """The detector that the live page starts with: a name that `python -m core --list` prints."""
    photo_detector: str = "facegrid_fine"
    """The detector that the photos page and the command line start with."""
    classifier: str = "mobilenet_v2"
    """The classifier that the app starts with."""
    threads: Annotated[int, Field(ge=1, le=64)] = min(2, os.cpu_count() or 1)
    """Threads of each model's inference."""
    min_age: Annotated[int, Field(ge=ADULT, le=120)] = ADULT
    """Faces that look younger, in years, are refused, beside all that the guard takes for possible minors. It can only
    raise the bar; a value without effect is told at the start."""
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
    """Processes that rate uploaded pictures; each takes the memory of the models and of one picture."""
    max_viewers: Annotated[int, Field(ge=1)] = VIEWERS_A_CORE * (os.cpu_count() or 1)
    """Live viewers at a time; the next one is told that the server is full, and let in when a place is free."""
    drain_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    """Seconds for which viewers that are live may go on when the server is asked to stop (SIGTERM)."""
    password: Annotated[SecretStr, Field(min_length=MIN_PASSWORD_LENGTH)] | None = None
    """What a viewer must type to see anything; anybody may see the page when there is neither this nor a hash."""
    password_hash: SecretStr | None = None
    """The same as a hash, so that the password itself is nowhere: `python -m webapp.auth.access` makes one."""
    secret: Annotated[SecretStr, Field(min_length=32)] | None = None
    """What signs the cookies of viewers who gave the password; made anew at each start when not given. Several servers
    behind one address need the same."""
    trusted_proxies: Annotated[int, Field(ge=0, le=8)] = 0
    """Reverse proxies in front of this server, whose X-Forwarded-For and X-Forwarded-Proto count."""
    photos_per_minute: Annotated[int, Field(ge=1)] = 300
    """Pictures that one client may bring a minute."""
    ice_servers: list[IceServer] = []
    """STUN and TURN servers for viewers that cannot reach the server directly; none on one machine or a LAN."""

    api_keys: list[ApiKey] = []
    """Keys of the HTTP API, each with a name, a hash and the pictures that it may bring a minute, `per_minute`:
    `python -m webapp.api.keys NAME` makes one. Without keys the API answers programs on the same machine only."""
    api_origins: Annotated[list[str], AfterValidator(_origins)] = []
    """Pages of other sites whose scripts may use the API, as `https://example.org`; none unless named."""

    @model_validator(mode="after")
    def _labels_differ(self) -> Settings:
        if self.label_above == self.label_below:
            raise ValueError(f"label_above and label_below must differ; both are {self.label_above!r}")
        return self

    @model_validator(mode="after")
    def _keys_differ(self) -> Settings:
        names = [key.name for key in self.api_keys]
        if len(set(names)) < len(names):
            raise ValueError("expected api_keys with different names; two have the same")
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
        return init_settings, env_settings, _SettingsFile(settings_cls, settings_file())


class _SettingsFile(TomlConfigSettingsSource):
    """The file; a byte order mark before it is passed over."""

    def _read_file(self, file_path: Any) -> dict[str, Any]:
        data: bytes = file_path.read_bytes()
        codec = next((codec for mark, codec in BYTE_ORDER_MARKS.items() if data.startswith(mark)), "utf-8")
        try:
            return tomllib.loads(data.decode(codec))
        except UnicodeDecodeError as error:
            raise ValueError(
                f"expected text in UTF-8; byte {error.start + 1} is none of it. Save it as UTF-8"
            ) from None


def settings_file() -> Path:
    """Where the file would be."""
    return Path(os.environ.get(setting_names.CONFIG, "fairest.toml"))


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: a value is of the wrong kind or out of range, a name is unknown, or the file is no TOML.
    """
    named = os.environ.get(setting_names.CONFIG)
    if named and not Path(named).is_file():
        raise SettingsError(f"expected a settings file at FAIREST_CONFIG={named}; there is none.")
    known = Settings.model_fields
    faults = [setting_names.about_variable(name, known) for name in setting_names.unknown_variables(os.environ, known)]
    try:
        settings = Settings()
    except ValidationError as error:
        faults += [
            _describe_fault(wrong["loc"], wrong["msg"], wrong["type"], wrong["input"]) for wrong in error.errors()
        ]
        raise _unusable(faults) from error
    except (ValueError, OSError) as error:
        faults.append(f"{error}. Check {settings_file()} and the FAIREST_ variables.")
        raise SettingsError("settings cannot be read: " + " | ".join(faults)) from error
    if faults:
        raise _unusable(faults)
    return settings


def _unusable(faults: Sequence[str]) -> SettingsError:
    return SettingsError("settings cannot be used. " + " | ".join(faults))


def _describe_fault(where: tuple[str | int, ...], what: str, kind: str, received: object) -> str:
    """One fault in a sentence: with the value that was received, unless that holds, or may hold, a secret."""
    if kind == "extra_forbidden":
        *table, name = map(str, where)
        if not table:
            return setting_names.about_key(name, Settings.model_fields)
        about = setting_names.about_key(name, TABLES[table[0]].model_fields, Settings.model_fields)
        return f"{'.'.join(table)}: {about}"
    sentence = f"{'.'.join(map(str, where)) or 'settings'}: {what}"
    shown = where and where[0] in Settings.model_fields and where[0] not in SECRETS
    return f"{sentence}; received {received!r}" if shown else sentence
