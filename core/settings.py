"""What an operator can configure, in groups: code that needs settings receives the group that holds them.

core.settings_reader reads them from the environment and a file, which use the field names alone: no two groups have a
field of the same name.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic.fields import FieldInfo

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent
"""The project's folder, or site-packages where `core` is installed."""


def find_weights(package: Path) -> Path:
    """Return the folder of the bundled models: inside the package in a wheel, beside it in the repository.

    Args:
        package: folder of `core`.
    """
    inside = package / "weights"
    return inside if inside.is_dir() else package.parent / "weights"


WEIGHTS = find_weights(PACKAGE)
INSTALLED = WEIGHTS.is_relative_to(PACKAGE)
"""Whether Fairest is installed from a wheel: files beside the packages are not its own, and it must write none."""

ADULT = 18
"""Age of majority in years."""

VIEWERS_A_CORE = 2
"""Live viewers that one core can serve well, as measured (docs/benchmarks.md)."""

LABEL_ABOVE = "Sexy"
"""Name of the class rated above the training median, unless settings say otherwise."""

MIN_PASSWORD_LENGTH = 8
"""Minimum length in characters."""


def _ice_url(text: str) -> str:
    if not re.match(r"(stun|turn)s?:[^\s]", text, re.IGNORECASE):
        raise ValueError("expected an address that begins with stun:, stuns:, turn: or turns:")
    return text


def _origins(given: list[str]) -> list[str]:
    if not all(re.fullmatch(r"https?://[a-z0-9.\-\[\]:]+", one) for one in given):
        raise ValueError("expected origins as https://example.org: no path, no slash at the end, in small letters")
    return given


def _listed(given: object) -> object:
    """Wrap a single address in a list."""
    return [given] if isinstance(given, str) else given


class IceServer(BaseModel):
    """A STUN or TURN server, as in the browser's RTCIceServer."""

    model_config = ConfigDict(extra="forbid")

    urls: Annotated[list[Annotated[str, AfterValidator(_ice_url)]], BeforeValidator(_listed), Field(min_length=1)]
    username: str | None = None
    credential: SecretStr | None = None


class ApiKey(BaseModel):
    """A key of the HTTP API. name: its first part. hash: of the whole key. per_minute: pictures allowed a minute."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
    hash: SecretStr
    per_minute: Annotated[int, Field(ge=1)] = 300


class SettingsGroup(BaseModel):
    """Base of the groups of settings."""

    # The docstring below each field is its description, from which docs/settings.md is generated.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)


class ModelSettings(SettingsGroup):
    """Which models exist, which are used by default, and how they run."""

    weights_dir: Path = WEIGHTS
    """Folder of the manifest, the models and their reports."""
    weights_url: Annotated[str, Field(pattern="^(https?://.+)?$")] = ""
    """Address of a folder from which `fairest weights`, `app` and `rate` fetch model files that are missing; with none,
    they must be there."""
    detector: str = "facegrid"
    """The detector that the live page starts with: a name that `python -m core --list` prints."""
    photo_detector: str = "facegrid_fine"
    """The detector that the photos page and the command line start with."""
    classifier: str = "faceres"
    """The classifier that the app starts with."""
    threads: Annotated[int, Field(ge=1, le=64)] = min(2, os.cpu_count() or 1)
    """Threads of each model's inference."""


class RatingSettings(ModelSettings):
    """What rating a picture needs anywhere: the models, who is rated, and the names of the labels."""

    label_above: Annotated[str, Field(min_length=1, max_length=24)] = LABEL_ABOVE
    """Name of the class rated above the training median."""
    label_below: Annotated[str, Field(min_length=1, max_length=24)] = "Ugly"
    """Name of the class rated at or below it; not the other's."""
    min_age: Annotated[int, Field(ge=ADULT, le=120)] = ADULT
    """Faces that look younger, in years, are refused, beside all that the guard takes for possible minors. It can only
    raise the bar; a value without effect is told at the start."""
    min_face: Annotated[int, Field(ge=8)] = 32
    """Faces whose box is smaller than this many pixels (geometric mean of its sides) are refused."""

    @model_validator(mode="after")
    def _labels_differ(self) -> RatingSettings:
        if self.label_above == self.label_below:
            raise ValueError(f"label_above and label_below must differ; both are {self.label_above!r}")
        return self


class PictureSettings(SettingsGroup):
    """Limits for picture files."""

    max_picture_mb: Annotated[int, Field(ge=1, le=1024)] = 25
    """Largest picture file, megabytes."""
    max_megapixels: Annotated[int, Field(ge=1, le=256)] = 40
    """Largest picture, millions of pixels."""


class PhotosSettings(SettingsGroup):
    """The photos page."""

    max_archive_mb: Annotated[int, Field(ge=1, le=1024)] = 100
    """Largest zip of pictures, megabytes."""
    max_pictures: Annotated[int, Field(ge=1, le=1000)] = 200
    """Pictures of one viewer at a time, and of one zip."""
    max_kept_mb: Annotated[int, Field(ge=10)] = 400
    """Memory for the rated pictures of all viewers of the photos page, megabytes."""
    photo_workers: Annotated[int, Field(ge=1, le=16)] = 1
    """Processes that rate uploaded pictures; each takes the memory of the models and of one picture."""
    photos_per_minute: Annotated[int, Field(ge=1)] = 300
    """Pictures that one client may bring a minute."""


class LiveSettings(SettingsGroup):
    """The live page."""

    max_viewers: Annotated[int, Field(ge=1)] = VIEWERS_A_CORE * (os.cpu_count() or 1)
    """Live viewers at a time; the next one is told that the server is full, and let in when a place is free."""
    live_admission: Literal["measured", "places"] = "measured"
    """Who is let in below `max_viewers`: with `measured`, one viewer more only while everyone keeps 5 analysed frames a
    second and the video its time; with `places`, everyone."""
    ice_servers: list[IceServer] = []
    """STUN and TURN servers for viewers that cannot reach the server directly; none on one machine or a LAN."""


class ServerSettings(SettingsGroup):
    """Who has access, from where, and how the server shuts down."""

    password: Annotated[SecretStr, Field(min_length=MIN_PASSWORD_LENGTH)] | None = None
    """What a viewer must type to see anything; anybody may see the page when there is neither this nor a hash."""
    password_hash: SecretStr | None = None
    """The same as a hash, so that the password itself is nowhere: `python -m webapp.auth.access` makes one."""
    secret: Annotated[SecretStr, Field(min_length=32)] | None = None
    """What signs the cookies of viewers who gave the password; made anew at each start when not given. Several servers
    behind one address need the same."""
    trusted_proxies: Annotated[int, Field(ge=0, le=8)] = 0
    """Reverse proxies in front of this server, whose X-Forwarded-For and X-Forwarded-Proto count."""
    drain_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    """Seconds for which viewers that are live may go on when the server is asked to stop (SIGTERM)."""

    @model_validator(mode="after")
    def _one_password(self) -> ServerSettings:
        if self.password and self.password_hash:
            raise ValueError("expected password or password_hash, not both; remove one")
        return self


class ApiSettings(SettingsGroup):
    """The HTTP API."""

    api_keys: list[ApiKey] = []
    """Keys of the HTTP API, each with a name, a hash and the pictures that it may bring a minute, `per_minute`:
    `python -m webapp.api.keys NAME` makes one. Without keys the API answers programs on the same machine only."""
    api_origins: Annotated[list[str], AfterValidator(_origins)] = []
    """Pages of other sites whose scripts may use the API, as `https://example.org`; none unless named."""

    @model_validator(mode="after")
    def _keys_differ(self) -> ApiSettings:
        names = [key.name for key in self.api_keys]
        if len(set(names)) < len(names):
            raise ValueError("expected api_keys with different names; two have the same")
        return self


class Settings(SettingsGroup):
    """All groups. The docstring below each is its heading in docs/settings.md."""

    rating: RatingSettings = RatingSettings()
    """Models and ratings"""
    pictures: PictureSettings = PictureSettings()
    """Picture files"""
    photos: PhotosSettings = PhotosSettings()
    """Photos page"""
    live: LiveSettings = LiveSettings()
    """Live page"""
    api: ApiSettings = ApiSettings()
    """HTTP API"""
    server: ServerSettings = ServerSettings()
    """Server"""


GROUPS: dict[str, type[SettingsGroup]] = {name: type(group) for name, group in Settings()}
"""The groups by their names in Settings."""

FIELDS: dict[str, FieldInfo] = {name: field for group in GROUPS.values() for name, field in group.model_fields.items()}
"""Every setting by its name, which is also its key in the file; group by group."""


TABLES: dict[str, type[BaseModel]] = {
    name: item
    for name, field in FIELDS.items()
    for item in get_args(field.annotation)
    if isinstance(item, type) and issubclass(item, BaseModel)
}
"""Settings that are lists of tables, and the type of such a table."""


def holds_secret(annotation: object) -> bool:
    """Whether a value of this type is, or may contain, a secret and must therefore not be shown."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return any(holds_secret(field.annotation) for field in annotation.model_fields.values())
    return annotation is SecretStr or any(map(holds_secret, get_args(annotation)))
