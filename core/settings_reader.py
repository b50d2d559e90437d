"""Reads the settings: `FAIREST_...` environment variables, then the file `fairest.toml`, then the defaults.

`FAIREST_CONFIG=PATH` names another file. Lists and tables in a variable are JSON, for example
`FAIREST_ICE_SERVERS='[{"urls": ["stun:stun.example.org:3478"]}]'`. An unknown name is an error.
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
"""Byte order marks that Windows editors and shells write, and the codec that removes each."""


class SettingsError(FairestError):
    """A variable or the settings file holds an invalid value."""


class _Sources(BaseSettings):
    """All sources of settings: each field is a variable, `FAIREST_` and its name in capitals, and a key of the file."""

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
        """Order of precedence: arguments, then variables, then the file."""
        return init_settings, env_settings, _SettingsFile(settings_cls, settings_file())


class _SettingsFile(TomlConfigSettingsSource):
    """The settings file as a source; a byte order mark is skipped."""

    def _read_file(self, file_path: Any) -> dict[str, Any]:
        data: bytes = file_path.read_bytes()
        codec = next((codec for mark, codec in BYTE_ORDER_MARKS.items() if data.startswith(mark)), "utf-8")
        try:
            return tomllib.loads(data.decode(codec))
        except UnicodeDecodeError as error:
            raise ValueError(
                f"expected UTF-8 text; byte {error.start + 1} is not valid UTF-8. Save the file as UTF-8"
            ) from None


_BASES: tuple[Any, ...] = (_Sources, *GROUPS.values())
_AllSettings: type[BaseSettings] = create_model("AllSettings", __base__=_BASES)
"""The fields of all groups in one flat model, as variables and the file have them."""


def settings_file() -> Path:
    """Return the path of the settings file, whether or not it exists."""
    return Path(os.environ.get(setting_names.CONFIG, "fairest.toml"))


def load_settings(**given: Any) -> Settings:
    """Read the settings.

    Args:
        given: settings by name that override variables and the file.

    Raises:
        SettingsError: a value has the wrong type or is out of range, a name is unknown, or the file is not valid TOML.
    """
    named_file = os.environ.get(setting_names.CONFIG)
    if named_file and not Path(named_file).is_file():
        raise SettingsError(f"expected a settings file at FAIREST_CONFIG={named_file}; it does not exist.")
    unknown = setting_names.unknown_variables(os.environ, FIELDS)
    faults = [setting_names.about_variable(name, FIELDS) for name in unknown]
    try:
        all_settings = _AllSettings(**given)
    except ValidationError as error:
        faults += [
            _describe_fault(details["loc"], details["msg"], details["type"], details["input"])
            for details in error.errors()
        ]
        raise _unusable(faults) from error
    except (ValueError, OSError) as error:
        faults.append(f"{error}. Check {settings_file()} and the FAIREST_ variables.")
        raise SettingsError("the settings cannot be read: " + " | ".join(faults)) from error
    if faults:
        raise _unusable(faults)
    return Settings.model_validate({name: _part(all_settings, group) for name, group in GROUPS.items()})


def _part(all_settings: BaseSettings, group: type[SettingsGroup]) -> SettingsGroup:
    """Extract one group from the flat model; fields that were not set stay unset."""
    return group(
        **{name: getattr(all_settings, name) for name in group.model_fields.keys() & all_settings.model_fields_set}
    )


def _unusable(faults: Sequence[str]) -> SettingsError:
    return SettingsError("the settings are invalid. " + " | ".join(faults))


def _describe_fault(location: tuple[str | int, ...], message: str, kind: str, received: object) -> str:
    """Describe one error in a sentence, with the received value unless that is, or may contain, a secret."""
    if kind == "extra_forbidden":
        *table, name = map(str, location)
        if not table:
            return setting_names.about_key(name, FIELDS)
        about = setting_names.about_key(name, TABLES[table[0]].model_fields, FIELDS)
        return f"{'.'.join(table)}: {about}"
    sentence = f"{'.'.join(map(str, location)) or 'settings'}: {message}"
    field = FIELDS.get(str(location[0])) if location else None
    shown = field is not None and not holds_secret(field.annotation)
    return f"{sentence}; received {received!r}" if shown else sentence
