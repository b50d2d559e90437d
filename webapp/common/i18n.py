"""What the page says, in the viewer's language: `_("English text")` gives it, the catalogues in `locale/` hold it.

Catalogues are gettext's .po files, one for each part of the page, read as they are: nothing has to be compiled. Text
that is written in one place and shown in another is marked by `N_` where it is written and passed through `_` where it
is shown. Sentences of core's errors are in the catalogue by their text; `localize` fills them in.
"""

from __future__ import annotations

import functools
import gettext
import io
from pathlib import Path

import streamlit as st
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from core.errors import FairestError

LANGUAGES = {"en": "English", "ru": "Русский"}
"""By code, each named in itself; the first is what the texts in the code are written in."""

ENGLISH = next(iter(LANGUAGES))
KEY = "language"
FOLDER = Path(__file__).parents[1] / "locale"


@functools.cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The texts of a language; those of English are their own keys."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    whole = Catalog(locale=language)
    for part in sorted((FOLDER / language).glob("*.po")):
        with part.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    whole.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def preferred(locale: str | None) -> str:
    """The language for a browser's locale, such as "ru-RU"; English when it is not among ours."""
    code = (locale or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else ENGLISH


def language() -> str:
    """The viewer's: chosen in the sidebar, else the browser's."""
    chosen = st.session_state.get(KEY)
    return chosen if chosen in LANGUAGES else preferred(st.context.locale)


def choose_language() -> None:
    """The switch in the sidebar."""
    st.session_state[KEY] = language()
    st.sidebar.selectbox(
        "Language · Язык",
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key=KEY,
    )


def _(text: str) -> str:
    """A text in the viewer's language; in English when the catalogue lacks it."""
    return catalogue(language()).gettext(text)


def localize(error: FairestError, code: str | None = None) -> str:
    """What an error says, in a language; in the viewer's when none is given."""
    return say(code or language(), error.text, **error.values)


def say(code: str, text: str, **values: object) -> str:
    """A text in a language, filled in, where there is no viewer's session to know it from."""
    shown = catalogue(code).gettext(text)
    return shown.format(**values) if values else shown


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a text for a count."""
    return catalogue(language()).ngettext(one, many, count)


def N_(text: str) -> str:  # noqa: N802 (gettext's name for it)
    """Mark a text for the catalogue where it is written; it is translated where it is shown."""
    return text
