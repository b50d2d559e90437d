from __future__ import annotations

import hashlib

import pytest

from webapp.auth.passwords import MOST_MEMORY, PasswordError, PasswordHash

PASSLIBS = "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHRzYWx0$"
CHEAP = (4, 8, 1)


def test_the_password_matches_and_no_other() -> None:
    made = PasswordHash.of("correct horse")
    assert made.matches("correct horse")
    for other in ("", "Correct horse", "correct horse ", "correct hors"):
        assert not made.matches(other)


def test_it_survives_being_written_down() -> None:
    made = PasswordHash.of("correct horse")
    read = PasswordHash.parse(f" {made}\n")
    assert read == made
    assert str(made).startswith("$scrypt$ln=14,r=8,p=5$")
    assert read.matches("correct horse")


def test_two_hashes_of_a_password_differ() -> None:
    assert str(PasswordHash.of("correct horse")) != str(PasswordHash.of("correct horse"))


def test_the_format_is_the_common_one() -> None:
    digest = hashlib.scrypt(b"secret", salt=b"saltsaltsalt", n=16, r=8, p=1, dklen=32)
    made = PasswordHash(CHEAP, b"saltsaltsalt", digest)
    assert str(made).startswith(PASSLIBS)
    assert PasswordHash.parse(str(made)).matches("secret")


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert PasswordHash.of("пароль й").matches("пароль и\u0306")


def test_it_does_not_show_itself() -> None:
    made = PasswordHash.of("correct horse")
    assert str(made).rsplit("$", 1)[1] not in repr(made)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "correct horse",
        "$2b$12$abcdefghijklmnopqrstuv",
        "$scrypt$ln=14,r=8,p=5$c2FsdHNhbHRzYWx0$",
        PASSLIBS + "too/short",
        PASSLIBS.replace("ln=4", "ln=0") + "A" * 43,
        PASSLIBS.replace("ln=4", "ln=30") + "A" * 43,
        PASSLIBS.replace("r=8", "r=0") + "A" * 43,
    ],
)
def test_what_is_no_hash_gets_a_sentence_that_does_not_repeat_it(text: str) -> None:
    with pytest.raises(PasswordError, match="expected password_hash") as caught:
        PasswordHash.parse(text)
    assert not text or text not in str(caught.value)


def test_a_hash_that_would_take_all_memory_is_refused() -> None:
    with pytest.raises(PasswordError, match=f"at most {MOST_MEMORY // 1024**2} MB"):
        PasswordHash.parse(PASSLIBS.replace("ln=4", "ln=20") + "A" * 43)
