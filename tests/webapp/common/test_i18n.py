"""The catalogues: every text of the page is in each, nothing is left over, and placeholders survive."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from core.settings import ROOT
from webapp.common.i18n import FOLDER, LANGUAGES, catalogue, preferred

ERRORS = ("ImageError", "BrokeOffError", "StarvedError", "AlbumFullError", "UnratedError", "UnknownModelError")
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)} | dict.fromkeys(ERRORS) | {"ProblemError": (2,)}
"""What holds a text: the catalogue's functions, and the errors that the page shows and the API tells of."""
OTHERS = [code for code in LANGUAGES if code != "en"]


def written() -> set[str | tuple[str, ...]]:
    """Every text that the code marks."""
    messages: set[str | tuple[str, ...]] = set()
    for folder in ("webapp", "core"):
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, method_map=[("**.py", "python")], keywords=KEYWORDS
        ):
            messages.add(message)
    return messages


def read(code: str) -> list[Message]:
    """Every text of a catalogue, part after part."""
    messages: list[Message] = []
    for part in sorted((FOLDER / code).glob("*.po")):
        with part.open("rb") as file:
            messages += [message for message in read_po(file, locale=code) if message.id]
    return messages


def key(message: Message) -> str | tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, (list, tuple)) else message.id


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated_and_none_is_left_over(code: str) -> None:
    texts = [key(message) for message in read(code)]
    translated = set(texts)
    assert [text for text in translated if texts.count(text) > 1] == []
    assert sorted(map(str, written() - translated)) == []
    assert sorted(map(str, translated - written())) == []


@pytest.mark.parametrize("code", OTHERS)
def test_translations_are_whole(code: str) -> None:
    for message in read(code):
        ids = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
        strings = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        assert not message.fuzzy
        if len(ids) > 1:
            assert len(strings) == Catalog(locale=code).num_plurals
        for string in strings:
            assert string, message.id
            assert string.strip(), message.id
            assert fields(string) == fields(ids[-1]), message.id
            assert re.findall(r"https?://\S+", string) == re.findall(r"https?://\S+", ids[0])


def test_russian_counts() -> None:
    russian = catalogue("ru")
    shown = [russian.ngettext("{n} face found", "{n} faces found", n).format(n=n) for n in (1, 2, 5, 21)]
    assert shown == ["Найдено 1 лицо", "Найдено 2 лица", "Найдено 5 лиц", "Найдено 21 лицо"]


def test_english_is_as_written() -> None:
    assert catalogue("en").gettext("Live") == "Live"


@pytest.mark.parametrize(
    ("locale", "code"),
    [("ru-RU", "ru"), ("ru", "ru"), ("RU_ru", "ru"), ("en-GB", "en"), ("de-DE", "en"), ("", "en"), (None, "en")],
)
def test_the_language_follows_the_browser(locale: str | None, code: str) -> None:
    assert preferred(locale) == code


def test_catalogues_ship() -> None:
    assert {path.name for path in Path(FOLDER).iterdir() if path.is_dir()} == set(OTHERS)
