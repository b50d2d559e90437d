"""Generates docs/settings.md from the settings.

python -m core.settings_guide [FILE]
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic.fields import FieldInfo

from core.outputs import write_file
from core.setting_names import CONFIG, PREFIX
from core.settings import GROUPS, ROOT, VIEWERS_A_CORE, Settings

PAGE = ROOT / "docs" / "settings.md"

HEAD = f"""\
# Settings

Written by `python -m core.settings_guide` from `core/settings.py`; do not edit it.

A variable wins over a file `fairest.toml` (or the one that `{CONFIG}` names), and the file over the default. In the
file a setting has its name in small letters; in a variable a list is JSON:

    {PREFIX}MIN_FACE=48 make app
    {PREFIX}ICE_SERVERS='[{{"urls": ["stun:stun.example.org:3478"]}}]' make app

A name that is no setting, or a value that cannot be used, stops the start with a sentence.
"""

COLUMNS = ("| setting | variable | default | values | meaning |", "|---|---|---|---|---|")

DEFAULTS = {
    "weights_dir": "`weights`, in the project's folder or in the installed package",
    "threads": "2, or 1 on a single core",
    "max_viewers": f"{VIEWERS_A_CORE} for each core",
}
"""Descriptions of defaults that depend on the machine."""


def limits(field: FieldInfo) -> str:
    """Describe the values that a setting takes, if it has a range or a few choices."""
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(field.annotation))
    # The metadata of an optional type lies one level down.
    inner = [one for part in get_args(field.annotation) for one in getattr(part, "__metadata__", ())]
    found = [*field.metadata, *(limit for one in inner for limit in one.metadata)]
    minimum = next((one.ge for one in found if isinstance(one, Ge)), None)
    maximum = next((one.le for one in found if isinstance(one, Le)), None)
    short = next((one.min_length for one in found if isinstance(one, MinLen)), None)
    long = next((one.max_length for one in found if isinstance(one, MaxLen)), None)
    if minimum is not None:
        return f"{minimum} to {maximum}" if maximum is not None else f"{minimum} or more"
    if short is not None:
        return f"{short} to {long} characters" if long is not None else f"{short} characters or more"
    return ""


def default(name: str, field: FieldInfo) -> str:
    """Format a setting's default for the table."""
    if name in DEFAULTS:
        return DEFAULTS[name]
    return f"`{field.default}`" if field.default not in (None, []) else "none"


def guide() -> str:
    """Return the page: a table for each group, a row for each setting, in the order of their definition."""
    return "\n".join([HEAD, *(table(name) for name in GROUPS)])


def table(group: str) -> str:
    """Return the heading and table of one group of Settings."""
    rows = [
        f"| `{name}` | `{PREFIX}{name.upper()}` | {default(name, field)} | {limits(field)} "
        f"| {' '.join((field.description or '').split())} |"
        for name, field in GROUPS[group].model_fields.items()
    ]
    heading = f"## {Settings.model_fields[group].description}\n"
    return "\n".join([heading, *COLUMNS, *rows, ""])


def main(argv: list[str] | None = None) -> None:
    """Write the page.

    Args:
        argv: the arguments of `python -m core.settings_guide`; those of the command line by default.
    """
    parser = argparse.ArgumentParser(prog="python -m core.settings_guide", description="Write the page of settings.")
    parser.add_argument("path", nargs="?", type=Path, default=PAGE, metavar="FILE", help="default: docs/settings.md")
    write_file(parser.parse_args(argv).path, guide())


if __name__ == "__main__":
    main()
