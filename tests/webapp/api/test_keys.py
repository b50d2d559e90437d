from __future__ import annotations

import asyncio
import json
import re

import pytest

from core.settings import ApiKey
from core.settings_reader import load_settings
from webapp.api.keys import Keys, check_hashes, main, new_key
from webapp.auth.passwords import PasswordError


def test_a_key_opens_for_whom_it_was_made_and_another_for_nobody() -> None:
    key, entry = new_key("lab", 7)
    _, other_entry = new_key("home", 7)
    known_keys = Keys([entry, other_entry])
    assert known_keys
    assert not Keys([])

    async def scenario() -> None:
        assert known_keys.known(key) is None
        sender = await known_keys.check(key)
        assert sender is not None
        assert sender.name == "key lab"
        assert known_keys.known(key) is sender
        for wrong in (f"{key}x", key.replace("lab", "home"), "lab.", "lab", "", "nobody.x", "\udcff"):
            assert await known_keys.check(wrong) is None
            assert known_keys.known(wrong) is None

    asyncio.run(scenario())


def test_each_key_has_a_quota_of_its_own() -> None:
    (first, first_entry), (second, second_entry) = new_key("one", 1), new_key("two", 2)
    known_keys = Keys([first_entry, second_entry])

    async def taken(key: str) -> list[bool]:
        sender = await known_keys.check(key)
        assert sender is not None
        return [sender.limiter.take(sender.name, 0.0) == 0 for _ in range(3)]

    assert asyncio.run(taken(first)) == [True, False, False]
    assert asyncio.run(taken(second)) == [True, True, False]


def test_a_hash_that_is_none_is_reported() -> None:
    check_hashes([new_key("home", 1)[1]])
    with pytest.raises(PasswordError, match="API key lab"):
        check_hashes([ApiKey.model_validate({"name": "lab", "hash": "sesame"})])


def test_the_command_makes_what_the_settings_take(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["lab", "--per-minute", "9"]) == 0
    output = capsys.readouterr()
    key_match = re.search(r"lab\.\S{40,}", output.err)
    assert key_match
    assert key_match[0] not in output.out
    line = re.fullmatch(r"FAIREST_API_KEYS='(.*)'\n", output.out)
    assert line
    monkeypatch.setenv("FAIREST_API_KEYS", line[1])
    settings = load_settings()
    assert [(entry.name, entry.per_minute) for entry in settings.api.api_keys] == [("lab", 9)]
    assert asyncio.run(Keys(settings.api.api_keys).check(key_match[0])) is not None
    assert key_match[0].partition(".")[2] not in json.dumps(settings.model_dump(mode="json"))


@pytest.mark.parametrize("words", [["a b"], ["x" * 33], ["lab", "--per-minute", "0"]])
def test_a_name_or_number_that_cannot_be_used_is_reported(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 1
    output = capsys.readouterr()
    assert "received" in output.err
    assert not output.out
