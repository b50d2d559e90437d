"""Recognises names that look like settings but are not, and suggests the setting that was meant.

If a misspelt name were ignored, it could be that of the password, and the server would be open.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping

PREFIX = "FAIREST_"

CONFIG = f"{PREFIX}CONFIG"
"""The variable that names the settings file."""

NEIGHBOURS = re.compile(rf"{PREFIX}(SITE|FUZZ|KEY|[A-Z])")
"""Fairest's variables that are not settings: of deploy/Caddyfile, of the tests, and of `--server`."""

SERVICE_LINK = re.compile(
    r"FAIREST_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)"
)
"""Variables that Kubernetes sets in every pod for a Service whose name begins with `fairest`."""

ALIKE, NEARLY_THE_SAME = 0.6, 0.9
"""difflib ratios from which a name counts as a misspelling: of one with the prefix; of one that lacks it as well."""


def unknown_variables(environment: Mapping[str, str], settings: Collection[str]) -> list[str]:
    """Return the names of variables that look like settings but are not, sorted.

    Args:
        environment: variables by name.
        settings: the settings' names, in lower case.
    """
    known = {_variable(name) for name in settings} | {CONFIG}
    in_cluster = "KUBERNETES_SERVICE_HOST" in environment
    return sorted(name for name in environment if _unknown(name.upper(), known, in_cluster))


def _unknown(name: str, known: Collection[str], in_cluster: bool) -> bool:
    if name in known or NEIGHBOURS.fullmatch(name) or (in_cluster and SERVICE_LINK.fullmatch(name)):
        return False
    return name.startswith(PREFIX) or bool(difflib.get_close_matches(name, known, 1, NEARLY_THE_SAME))


def about_variable(name: str, settings: Collection[str]) -> str:
    """Return the message about a variable that is not a setting. settings: their names, in lower case."""
    return _about(name, name.upper(), [*map(_variable, settings), CONFIG])


def about_key(name: str, keys: Collection[str], settings: Collection[str] = ()) -> str:
    """Return the message about a key in the file that is not a setting.

    Args:
        name: the key.
        keys: the keys that are valid in its place.
        settings: the keys that are valid at the top level of the file, if that is elsewhere.
    """
    meant = name.lower().replace("-", "_").removeprefix(PREFIX.lower())
    if meant in settings and meant not in keys:
        return (
            f"{name} is inside a table, where it is not a setting; move it to the top of the file, before the first ["
        )
    return _about(name, meant, keys)


def _about(name: str, meant: str, known: Iterable[str]) -> str:
    known = sorted(known)
    near = difflib.get_close_matches(meant, known, 1, ALIKE)
    return f"{name} is not a setting; " + (
        f"did you mean {near[0]}?" if near else f"the settings are {', '.join(known)}."
    )


def _variable(setting: str) -> str:
    return f"{PREFIX}{setting.upper()}"
