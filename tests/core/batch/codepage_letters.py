"""Makes core/batch/codepages.json: how often letters follow each other, and which characters are common, in many
languages.

    python -m tests.core.batch.codepage_letters

Counted in the Unicode CLDR's names of languages, countries, cities, currencies, units and months, which Babel brings
(Unicode Licence), and in a few words that people give to pictures.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel import Locale

from core.batch.codepages import MIN_COST_CODE, STEP, TABLES, UNKNOWN

ALPHABETS = [
    "ru",
    "uk",
    "be",
    "bg",
    "sr",
    "mk",
    "en",
    "de",
    "fr",
    "es",
    "pt",
    "it",
    "nl",
    "sv",
    "da",
    "nb",
    "fi",
    "ca",
    "pl",
    "cs",
    "sk",
    "hu",
    "ro",
    "hr",
    "sl",
    "tr",
    "lt",
    "lv",
    "et",
    "el",
    "he",
    "ar",
    "fa",
    "th",
]
SIGNS = ("ja", "ko", "zh", "zh_Hant")
MAX_LETTERS = {"ja": 900, "ko": 500, "zh": 900, "zh_Hant": 900}
"""Characters that are told one by one, the most frequent first."""

WORDS: dict[str, str] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
"""Beside what the CLDR knows; counted REPEATED times."""
REPEATED = 12


def texts(code: str) -> Iterator[str]:
    """All that the CLDR says in a language."""
    locale = Locale.parse(code)
    for table in (locale.territories, locale.languages, locale.currencies):
        yield from table.values()
    for table in (locale.months, locale.days, locale.quarters):
        yield from leaves(table["format"]["wide"])
    yield from leaves(dict(locale.time_zones))
    yield from leaves(dict(locale.unit_display_names))
    yield from WORDS.get(code, "").split(" ") * REPEATED


def leaves(value: Any) -> Iterator[str]:
    """The texts in nested tables."""
    if isinstance(value, str):
        yield value
    elif hasattr(value, "values"):
        for entry in value.values():
            yield from leaves(entry)


def words(text: str) -> Iterator[str]:
    """Runs of letters, in lower case."""
    yield from "".join(char if char.isalpha() else " " for char in text.lower()).split()


def alphabet(code: str) -> dict[str, Any]:
    """letters, the first a stand-in for the beginning of a word; after: a row a letter, of what the next one costs."""
    pairs: Counter[tuple[str, str]] = Counter()
    for text in texts(code):
        for word in words(text):
            pairs.update(zip(" " + word, word, strict=False))
    single = Counter[str]()
    for (_, char), count in pairs.items():
        single[char] += count
    latin = sum(count for char, count in single.items() if char.isascii())
    if 2 * latin < single.total():
        # Abbreviations such as UTC.
        pairs = Counter({pair: count for pair, count in pairs.items() if not any("a" <= char <= "z" for char in pair)})
        single = Counter({char: count for char, count in single.items() if not char.isascii()})
    total = single.total()
    letters = "".join(sorted(char for char, count in single.items() if count > total / 20_000))
    rows = []
    for before in " " + letters:
        after = sum(pairs[before, char] for char in letters)
        # With few examples of what follows a letter, what follows any counts.
        costs = [
            -math.log((pairs[before, char] + 12 * single[char] / total + 0.02) / (after + 12 + 0.02 * len(letters)))
            for char in letters
        ]
        rows.append("".join(chr(MIN_COST_CODE + min(round(cost / STEP), round(UNKNOWN / STEP))) for cost in costs))
    return {"letters": letters, "after": rows}


def signs(code: str) -> str:
    """The characters that are no ASCII, the most frequent first."""
    counts = Counter(char for text in texts(code) for char in text if ord(char) > 0x2E80)
    return "".join(
        char for char, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[: MAX_LETTERS[code]]
    )


def main() -> None:
    """Write the file."""
    tables = {
        "alphabets": {code: alphabet(code) for code in ALPHABETS},
        "signs": {code: signs(code) for code in SIGNS},
    }
    TABLES.write_text(json.dumps(tables, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
