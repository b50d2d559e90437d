"""Reads the settings: `FAIREST_...` environment variables over the file `fairest.toml` over the defaults.

`FAIREST_CONFIG=PATH` names another file. Lists and tables in a variable are JSON, for example
`FAIREST_ICE_SERVERS='[{"urls": ["stun:stun.example.org:3478"]}]'`. A name that is no setting is an error.
"""

from __future__ import annotations

import codecs
import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError, create_model
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from core import setting_names
from core.errors import FairestError
from core.settings import FIELDS, GROUPS, TABLES, Settings, SettingsGroup, holds_secret

BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""What Windows' editors and shells begin a text file with, and the codec that takes it off."""


class SettingsError(FairestError):
    """A variable or the settings file holds a value that cannot be used."""


class _Sources(BaseSettings):
    """Where settings come from: every field is a variable, `FAIREST_` and its name in capitals, and a key."""

    model_config = SettingsConfigDict(env_prefix=setting_names.PREFIX)

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


_BASES: tuple[Any, ...] = (_Sources, *GROUPS.values())
_AllSettings: type[BaseSettings] = create_model("AllSettings", __base__=_BASES)
"""The fields of all groups side by side, as variables and the file have them."""


def settings_file() -> Path:
    """Where the file would be."""
    return Path(os.environ.get(setting_names.CONFIG, "fairest.toml"))


def load_settings(**given: Any) -> Settings:
    """Read the settings.

    Args:
        given: settings by name that are used whatever variables and the file say.

    Raises:
        SettingsError: a value is of the wrong kind or out of range, a name is unknown, or the file is no TOML.
    """
    named = os.environ.get(setting_names.CONFIG)
    if named and not Path(named).is_file():
        raise SettingsError(f"expected a settings file at FAIREST_CONFIG={named}; there is none.")
    unknown = setting_names.unknown_variables(os.environ, FIELDS)
    faults = [setting_names.about_variable(name, FIELDS) for name in unknown]
    try:
        found = _AllSettings(**given)
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
    return Settings.model_validate({name: _part(found, group) for name, group in GROUPS.items()})


def _part(found: BaseSettings, group: type[SettingsGroup]) -> SettingsGroup:
    """A group of what was found; what nobody set stays unset in it."""
    return group(**{name: getattr(found, name) for name in group.model_fields.keys() & found.model_fields_set})


def _unusable(faults: Sequence[str]) -> SettingsError:
    return SettingsError("settings cannot be used. " + " | ".join(faults))


def _describe_fault(where: tuple[str | int, ...], what: str, kind: str, received: object) -> str:
    """One fault in a sentence: with the value that was received, unless that holds, or may hold, a secret."""
    if kind == "extra_forbidden":
        *table, name = map(str, where)
        if not table:
            return setting_names.about_key(name, FIELDS)
        about = setting_names.about_key(name, TABLES[table[0]].model_fields, FIELDS)
        return f"{'.'.join(table)}: {about}"
    sentence = f"{'.'.join(map(str, where)) or 'settings'}: {what}"
    field = FIELDS.get(str(where[0])) if where else None
    shown = field is not None and not holds_secret(field.annotation)
    return f"{sentence}; received {received!r}" if shown else sentence
