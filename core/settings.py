"""All settings, in groups: code that needs settings is passed the group that contains them.

core.settings_reader reads them from the environment and a file, which use the field names alone, so no two groups may
have a field of the same name.
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
    bundled = package / "weights"
    return bundled if bundled.is_dir() else package.parent / "weights"


WEIGHTS = find_weights(PACKAGE)
INSTALLED = WEIGHTS.is_relative_to(PACKAGE)
"""Whether Fairest is installed from a wheel: other files beside its packages are then not its own; write none there."""

ADULT = 18
"""Age of majority in years."""

VIEWERS_A_CORE = 2
"""Number of live viewers that one core can serve well, as measured (docs/benchmarks.md)."""

LABEL_ABOVE = "Sexy"
"""Default name of the class rated above the training median."""

MIN_PASSWORD_LENGTH = 8
"""Minimum length of a password in characters."""


def _ice_url(text: str) -> str:
    if not re.match(r"(stun|turn)s?:[^\s]", text, re.IGNORECASE):
        raise ValueError("expected an address that starts with stun:, stuns:, turn: or turns:")
    return text


def _origins(given: list[str]) -> list[str]:
    if not all(re.fullmatch(r"https?://[a-z0-9.\-\[\]:]+", origin) for origin in given):
        raise ValueError(
            "expected origins such as https://example.org, in lower case and without a path or trailing slash"
        )
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
    """Base class of the groups of settings."""

    # The docstring below each field is its description, from which docs/settings.md is generated.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)


class ModelSettings(SettingsGroup):
    """Which models exist, which are used by default, and how they run."""

    weights_dir: Path = WEIGHTS
    """Folder of the manifest, the models and their reports."""
    weights_url: Annotated[str, Field(pattern="^(https?://.+)?$")] = ""
    """URL of a folder from which `fairest weights`, `app` and `rate` download missing model files; if empty, all files
    must exist."""
    detector: str = "facegrid"
    """Default detector of the live page: a name printed by `python -m core --list`."""
    photo_detector: str = "facegrid_fine"
    """Default detector of the photos page and the command line."""
    classifier: str = "faceres"
    """Default classifier of the app."""
    threads: Annotated[int, Field(ge=1, le=64)] = min(2, os.cpu_count() or 1)
    """Inference threads per model."""


class RatingSettings(ModelSettings):
    """Settings needed wherever pictures are rated: the models, who is rated, and the names of the labels."""

    label_above: Annotated[str, Field(min_length=1, max_length=24)] = LABEL_ABOVE
    """Name of the class rated above the training median."""
    label_below: Annotated[str, Field(min_length=1, max_length=24)] = "Ugly"
    """Name of the class rated at or below it; must differ from `label_above`."""
    min_age: Annotated[int, Field(ge=ADULT, le=120)] = ADULT
    """Faces that look younger than this, in years, are refused, in addition to all that the guard takes for possible
    minors. It can only make the guard stricter; a value without effect is reported at startup."""
    min_face: Annotated[int, Field(ge=8)] = 32
    """Faces whose box is smaller than this many pixels (geometric mean of its sides) are refused."""

    @model_validator(mode="after")
    def _labels_differ(self) -> RatingSettings:
        if self.label_above == self.label_below:
            raise ValueError(f"label_above and label_below must differ; both are {self.label_above!r}")
        return self


class PictureSettings(SettingsGroup):
    """Limits on picture files."""

    max_picture_mb: Annotated[int, Field(ge=1, le=1024)] = 25
    """Maximum size of a picture file, megabytes."""
    max_megapixels: Annotated[int, Field(ge=1, le=178)] = 40
    """Maximum size of a picture, millions of pixels. Above 40, a worker needs 7.5 MB for each."""


class PhotosSettings(SettingsGroup):
    """Settings of the photos page."""

    max_archive_mb: Annotated[int, Field(ge=1, le=1024)] = 100
    """Maximum size of a zip of pictures, megabytes."""
    max_pictures: Annotated[int, Field(ge=1, le=1000)] = 200
    """Maximum number of pictures of one viewer at a time, and in one zip."""
    max_kept_mb: Annotated[int, Field(ge=10)] = 400
    """Memory for the rated pictures of all viewers of the photos page, megabytes."""
    photo_workers: Annotated[int, Field(ge=1, le=16)] = 1
    """Processes that rate uploaded pictures; each needs memory for the models and one picture."""
    photos_per_minute: Annotated[int, Field(ge=1)] = 300
    """Maximum number of pictures that one client may upload per minute."""


class LiveSettings(SettingsGroup):
    """Settings of the live page."""

    max_viewers: Annotated[int, Field(ge=1)] = VIEWERS_A_CORE * (os.cpu_count() or 1)
    """Maximum live viewers; the next one is told that the server is full, and admitted once a place is free."""
    live_admission: Literal["measured", "places"] = "measured"
    """Whom to admit below `max_viewers`: with `measured`, another viewer only while everyone keeps 5 analysed frames a
    second and the video stays on time; with `places`, everyone."""
    ice_servers: list[IceServer] = []
    """STUN and TURN servers for viewers that cannot reach the server directly; not needed on one machine or a LAN."""


class ServerSettings(SettingsGroup):
    """Access control, reverse proxies and shutdown."""

    password: Annotated[SecretStr, Field(min_length=MIN_PASSWORD_LENGTH)] | None = None
    """Password that viewers must enter to see anything; with neither this nor a hash, the page is open to all."""
    password_hash: SecretStr | None = None
    """Hash of the password, so that the password itself is not stored: `python -m webapp.auth.access` creates it."""
    secret: Annotated[SecretStr, Field(min_length=32)] | None = None
    """Key that signs the cookies of viewers who entered the password; generated at each start if not set. Several
    servers behind one address need the same key."""
    trusted_proxies: Annotated[int, Field(ge=0, le=8)] = 0
    """Number of reverse proxies in front of this server; their X-Forwarded-For and X-Forwarded-Proto are trusted."""
    drain_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    """Seconds for which live viewers may continue after the server is asked to stop (SIGTERM)."""

    @model_validator(mode="after")
    def _one_password(self) -> ServerSettings:
        if self.password and self.password_hash:
            raise ValueError("expected password or password_hash, not both; remove one")
        return self


class ApiSettings(SettingsGroup):
    """Settings of the HTTP API."""

    api_keys: list[ApiKey] = []
    """Keys of the HTTP API, each with a name, a hash and the number of pictures allowed per minute, `per_minute`:
    `python -m webapp.api.keys NAME` creates one. Without keys the API only serves programs on the same machine."""
    api_origins: Annotated[list[str], AfterValidator(_origins)] = []
    """Origins of other sites whose scripts may use the API, such as `https://example.org`; none by default."""

    @model_validator(mode="after")
    def _keys_differ(self) -> ApiSettings:
        names = [key.name for key in self.api_keys]
        if len(set(names)) < len(names):
            raise ValueError("expected api_keys with different names; two have the same name")
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
"""The groups by name in Settings."""

FIELDS: dict[str, FieldInfo] = {name: field for group in GROUPS.values() for name, field in group.model_fields.items()}
"""All settings by name, which is also the key in the file; ordered by group."""


TABLES: dict[str, type[BaseModel]] = {
    name: item
    for name, field in FIELDS.items()
    for item in get_args(field.annotation)
    if isinstance(item, type) and issubclass(item, BaseModel)
}
"""Settings that are lists of tables, with the type of a table."""


def holds_secret(annotation: object) -> bool:
    """Whether a value of this type is, or may contain, a secret and must therefore not be shown."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return any(holds_secret(field.annotation) for field in annotation.model_fields.values())
    return annotation is SecretStr or any(map(holds_secret, get_args(annotation)))
