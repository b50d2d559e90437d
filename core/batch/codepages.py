"""Which code page file names were written in, where nothing says it: the one that reads as the likeliest text.

Each code page is tried with the languages that are written in it. What a reading costs is the negative logarithm of its
probability, in nats: of letters by the one before, of Chinese, Japanese and Korean signs by how frequent they are.
"""

from __future__ import annotations

import functools
import json
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLES = Path(__file__).with_name("codepages.json")
"""Made by tests/core/batch/codepage_letters.py."""
MIN_COST_CODE, STEP = 35, 0.15
"""A cost in the tables is a character: its code less MIN_COST_CODE, in steps."""
UNKNOWN = 11.0
"""What a letter costs that a language does not have."""

DEFAULT = "cp437"
"""What a zip's names are in, by its specification; it reads any byte."""
MAX_NAMES = 500
"""Names that are looked at."""
SAMPLE = 1200
"""Bytes of different names that are weighed."""

WEST = ("en", "de", "fr", "es", "pt", "it", "nl", "sv", "da", "nb", "fi", "ca")
EAST = ("pl", "cs", "sk", "hu", "ro", "hr", "sl")
CYRILLIC = ("ru", "uk", "be", "bg", "sr", "mk")
PAGES: dict[str, tuple[float, tuple[str, ...]]] = {
    "utf-8": (-3.0, (*WEST, *EAST, *CYRILLIC, "tr", "lt", "lv", "et", "el", "he", "ar", "fa", "th",
                     "ja", "ko", "zh", "zh_Hant")),
    "cp866": (0.0, CYRILLIC), "cp1251": (1.0, CYRILLIC), "koi8-u": (3.0, ("ru", "uk")), "mac-cyrillic": (6.0, ("ru",)),
    "cp932": (0.0, ("ja",)), "gbk": (0.0, ("zh",)), "cp950": (0.5, ("zh_Hant",)), "cp949": (1.5, ("ko",)),
    "euc-jp": (4.0, ("ja",)), "cp437": (1.0, WEST), "cp850": (1.0, WEST), "cp1252": (1.5, WEST),
    "mac-roman": (5.0, WEST), "cp852": (1.5, EAST), "cp1250": (2.0, EAST), "cp857": (2.5, ("tr",)),
    "cp1254": (3.0, ("tr",)), "cp775": (3.0, ("lt", "lv", "et")), "cp1257": (3.0, ("lt", "lv", "et")),
    "cp737": (2.5, ("el",)), "cp1253": (2.5, ("el",)), "cp862": (2.5, ("he",)), "cp1255": (2.5, ("he",)),
    "cp720": (3.0, ("ar", "fa")), "cp1256": (3.0, ("ar", "fa")), "cp874": (3.0, ("th",)),
}  # fmt: skip
"""By Python's name: what a page costs before a name is seen, and its languages as the tables call them."""

ORDINARY = 3.3
"""What an ASCII character costs that is usual in names."""
UNUSUAL = 6.0
FORBIDDEN = 10.0
"""Windows allows it in no name."""
BOX = 12.0
NO_TEXT = 15.0
"""Control characters, private and unassigned ones."""
LEFTOVER = {"P": 9.0, "Z": 8.0, "M": 9.0, "N": 9.0, "S": 9.5, "L": UNKNOWN, "C": NO_TEXT}
"""Other characters, by the first letter of their category."""
CASE, CAPITAL, SCRIPT, WITHIN = 4.0, 0.4, 3.0, 3.0
"""What comes on top: a capital after a small letter; one elsewhere; a Latin letter beside a Chinese, Japanese or Korean
sign; a mark or symbol between two letters."""


def choose_codepage(names: Sequence[bytes]) -> str:
    """The code page, by Python's name, that these names are most likely all in.

    Names that are valid UTF-8 throughout are UTF-8, unless they hold so little beyond ASCII that it may be chance.
    """
    names = [name for name in names if not name.isascii()][:MAX_NAMES]
    if certainly_utf8(names):
        return "utf-8"
    sample = distinct_parts(names)
    best, lowest = DEFAULT, math.inf
    for page, (before, languages) in PAGES.items():
        if not can_decode(names, page):
            continue
        texts = [part.decode(page) for part in sample]
        for language in languages:
            cost = before
            model = language_models()[language]
            for text in texts:
                cost += model.cost(text)
                if cost >= lowest:
                    break
            else:
                best, lowest = page, cost
    return best


def certainly_utf8(names: Iterable[bytes]) -> bool:
    """Whether all names are UTF-8, with more beyond ASCII than chance would give."""
    try:
        beyond = [char for name in names for char in name.decode("utf-8") if char > "\x7f"]
    except UnicodeDecodeError:
        return False
    # Two bytes of another code page are UTF-8 one time in twenty, three one time in a hundred.
    return sum(len(char.encode()) - 1 for char in beyond) > 3 or not beyond


def can_decode(names: Iterable[bytes], page: str) -> bool:
    """Whether a code page can read all names."""
    try:
        for name in names:
            name.decode(page)
    except UnicodeDecodeError:
        return False
    return True


def distinct_parts(names: Iterable[bytes]) -> list[bytes]:
    """The parts of paths that are not ASCII, each once, SAMPLE bytes of them."""
    # No code page has a slash as a second byte.
    parts = dict.fromkeys(part for name in names for part in name.split(b"/") if not part.isascii())
    taken: list[bytes] = []
    left = SAMPLE
    for part in parts:
        if taken and len(part) > left:
            break
        taken.append(part)
        left -= len(part)
    return taken


@functools.cache
def plain_cost(char: str) -> float:
    """What a character costs that is no letter of the language."""
    if char < "\x80":
        if char.isalnum() or char in " _-.()/":
            return ORDINARY
        return NO_TEXT if char < " " or char == "\x7f" else FORBIDDEN if char in '<>:"|?*\\' else UNUSUAL
    if "\u2500" <= char <= "\u259f":
        return BOX
    return LEFTOVER[unicodedata.category(char)[0]]


@dataclass(frozen=True, slots=True)
class Alphabet:
    """A language of letters. places: of its small letters and, first, of a space, which stands for the beginning of a
    word. after: a row for each of them, of what the letters cost after it.
    """

    places: dict[str, int]
    after: tuple[str, ...]

    def cost(self, text: str) -> float:
        """What a text costs."""
        total, word = 0.0, ""
        for char, after in zip(text, text[1:] + " ", strict=True):
            if char.isalpha() or unicodedata.category(char) == "Mn":
                word += char
                continue
            total += self._word(word) + plain_cost(char)
            if word and after.isalpha() and char > "\x7f":
                total += WITHIN
            word = ""
        return total + self._word(word)

    def _word(self, word: str) -> float:
        if word.isascii():
            return ORDINARY * len(word)
        total, before, small_before = 0.0, " ", False
        for char in word:
            small = char.lower()[0]
            total += self._letter(before, small)
            if char != small:
                total += CASE if small_before else CAPITAL
            before, small_before = small, char == small
        return total

    def _letter(self, before: str, letter: str) -> float:
        row, place = self.places.get(before), self.places.get(letter)
        if row is None or place is None:
            return UNKNOWN
        return (ord(self.after[row][place - 1]) - MIN_COST_CODE) * STEP


@dataclass(frozen=True, slots=True)
class Signs:
    """A language of many signs. costs: of the frequent ones. level, page: see `_rare`."""

    costs: dict[str, float]
    page: str
    level: tuple[int, int]

    def cost(self, text: str) -> float:
        """What a text costs."""
        total, before = 0.0, " "
        for char in text:
            sign = char >= "\u2e80"
            total += self._sign(char) if sign else plain_cost(char)
            if (sign and before.isascii() and before.isalpha()) or (
                char.isascii() and char.isalpha() and before >= "\u2e80"
            ):
                total += SCRIPT
            before = char
        return total

    def _sign(self, char: str) -> float:
        known = self.costs.get(char)
        return self._rare(char) if known is None else known

    def _rare(self, char: str) -> float:
        """A sign that is not among the frequent ones: cheaper when the national standard counts it among its first."""
        if char > "\uffff":
            return 24.0
        if "\uff01" <= char <= "\uff9f":
            # Latin of full width, Katakana of half: what wrong readings are full of.
            return 9.5 if char.isalpha() else 8.0
        if "\u3000" <= char <= "\u303f":
            return 7.0
        try:
            lead = char.encode(self.page)[0]
        except UnicodeEncodeError:
            return 14.5
        return 10.0 if self.level[0] <= lead <= self.level[1] else 13.5


LEVELS = {
    "ja": ("shift_jis", (0x82, 0x98)),
    "ko": ("euc_kr", (0xB0, 0xC8)),
    "zh": ("gb2312", (0xB0, 0xD7)),
    "zh_Hant": ("big5", (0xA4, 0xC6)),
}
"""The national standard of a language, and the leading bytes of what it has of frequent signs."""
RARE = 0.12
"""Share of a text that is none of the frequent signs, and is spread over the others."""


@functools.cache
def language_models() -> dict[str, Alphabet | Signs]:
    """The languages, by their codes; read once, so that whoever may open no files later calls it before."""
    tables: dict[str, Any] = json.loads(TABLES.read_text(encoding="utf-8"))
    languages: dict[str, Alphabet | Signs] = {}
    for code, table in tables["alphabets"].items():
        places = {letter: place for place, letter in enumerate(" " + table["letters"])}
        languages[code] = Alphabet(places, tuple(table["after"]))
    for code, frequent in tables["signs"].items():
        # Zipf's law, and few examples: the most frequent are less so elsewhere.
        shares = [1 / (rank + 30) for rank in range(len(frequent))]
        whole = sum(shares) / (1 - RARE)
        languages[code] = Signs(
            {sign: -math.log(share / whole) for sign, share in zip(frequent, shares, strict=True)}, *LEVELS[code]
        )
    return languages
