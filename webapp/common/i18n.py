"""Translations: `_("English text")` returns the text in the viewer's language, from the catalogues in `locale/`.

Catalogues are gettext .po files, one per part of the page, read directly without a compile step. Mark text that is
defined in one place and shown in another with `N_` where it is defined, and pass it through `_` where it is shown.
Error messages of core are in the catalogue as templates; `localize` fills in their values.
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
"""Language code to its own name for itself; the first is the language of the texts in the code."""

ENGLISH = next(iter(LANGUAGES))
KEY = "language"
FOLDER = Path(__file__).parents[1] / "locale"


@functools.cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the translations for a language; English texts are their own keys."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    merged = Catalog(locale=language)
    for part in sorted((FOLDER / language).glob("*.po")):
        with part.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    merged.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def preferred(locale: str | None) -> str:
    """Return the language for a browser's locale, such as "ru-RU"; English if it is not supported."""
    code = (locale or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else ENGLISH


def language() -> str:
    """Return the viewer's language: the one selected in the sidebar, else the browser's."""
    chosen = st.session_state.get(KEY)
    return chosen if chosen in LANGUAGES else preferred(st.context.locale)


def choose_language() -> None:
    """Show the language select box in the sidebar."""
    st.session_state[KEY] = language()
    st.sidebar.selectbox(
        "Language · Язык",
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key=KEY,
    )


def _(text: str) -> str:
    """Translate a text into the viewer's language; returns it unchanged if the catalogue lacks it."""
    return catalogue(language()).gettext(text)


def localize(error: FairestError, code: str | None = None) -> str:
    """Return an error's message in a language, by default the viewer's."""
    return say(code or language(), error.text, **error.values)


def say(code: str, text: str, **values: object) -> str:
    """Translate a text and fill in its values, where there is no viewer's session to take the language from."""
    shown = catalogue(code).gettext(text)
    return shown.format(**values) if values else shown


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate a text, choosing the plural form for a count."""
    return catalogue(language()).ngettext(singular, plural, count)


def N_(text: str) -> str:  # noqa: N802 (gettext's name for it)
    """Mark a text for the catalogue; it is translated where it is shown."""
    return text
