from __future__ import annotations

import base64
import hashlib

import pytest
from argon2 import PasswordHasher
from argon2.profiles import RFC_9106_LOW_MEMORY

from webapp.auth.passwords import MAX_MEMORY, MAX_REPEATS, PasswordError, PasswordHash

SCRYPT = "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHRzYWx0$"
"""As passlib writes it, without the hash."""
ARGON2 = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$"
DIGEST = "A" * 43


def by_scrypt(password: bytes, log_n: int = 4, r: int = 8, p: int = 1) -> str:
    digest = hashlib.scrypt(password, salt=b"saltsaltsalt", n=2**log_n, r=r, p=p, dklen=32)
    return f"$scrypt$ln={log_n},r={r},p={p}$c2FsdHNhbHRzYWx0${base64.b64encode(digest).decode().rstrip('=')}"


def test_the_password_matches_and_no_other() -> None:
    hashed = PasswordHash.of("correct horse")
    assert hashed.matches("correct horse")
    for wrong in ("", "Correct horse", "correct horse ", "correct hors"):
        assert not hashed.matches(wrong)


def test_it_survives_being_written_down() -> None:
    hashed = PasswordHash.of("correct horse")
    read = PasswordHash.parse(f" {hashed}\n")
    assert read == hashed
    assert str(hashed).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert read.matches("correct horse")
    assert not hashed.outdated


def test_two_hashes_of_a_password_differ() -> None:
    assert str(PasswordHash.of("correct horse")) != str(PasswordHash.of("correct horse"))


def test_a_hash_by_another_program_is_taken() -> None:
    theirs = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY).hash("correct horse")
    read = PasswordHash.parse(theirs)
    assert read.matches("correct horse")
    assert not read.matches("correct hors")


@pytest.mark.parametrize("cost", [(4, 8, 1), (14, 8, 5)], ids=["cheap", "as this program made them"])
def test_a_hash_by_scrypt_still_opens(cost: tuple[int, int, int]) -> None:
    read = PasswordHash.parse(by_scrypt("пароль й".encode(), *cost))
    assert read.outdated
    assert read.matches("пароль й")
    assert read.matches("пароль и\u0306")
    assert not read.matches("пароль")


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert PasswordHash.of("пароль й").matches("пароль и\u0306")


def test_it_does_not_show_itself() -> None:
    hashed = PasswordHash.of("correct horse")
    assert str(hashed).rsplit("$", 1)[1] not in repr(hashed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "correct horse",
        "пароль",
        "$2b$12$abcdefghijklmnopqrstuv",
        ARGON2,
        ARGON2 + "short",
        ARGON2 + "пароль" * 8,
        ARGON2.replace("m=19456", "m=0") + DIGEST,
        ARGON2.replace("t=2", "t=0") + DIGEST,
        ARGON2.replace("p=1", "p=0") + DIGEST,
        ARGON2.replace("p=1", "p=x") + DIGEST,
        ARGON2.replace("m=19456,", "") + DIGEST,
        ARGON2.replace("argon2id", "argon2") + DIGEST,
        "$scrypt$ln=14,r=8,p=5$c2FsdHNhbHRzYWx0$",
        SCRYPT + "too/short",
        SCRYPT.replace("ln=4", "ln=0") + DIGEST,
        SCRYPT.replace("ln=4", "ln=30") + DIGEST,
        SCRYPT.replace("r=8", "r=0") + DIGEST,
    ],
)
def test_what_is_no_hash_gets_a_sentence_that_does_not_repeat_it(text: str) -> None:
    with pytest.raises(PasswordError, match="expected a password_hash") as caught:
        PasswordHash.parse(text)
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        SCRYPT.replace("ln=4", "ln=20"),
        ARGON2.replace("m=19456", f"m={MAX_MEMORY // 1024 + 1}"),
        ARGON2.replace("m=19456", "m=4294967296"),
        ARGON2.replace("t=2", f"t={MAX_REPEATS + 1}"),
        ARGON2.replace("p=1", f"p={MAX_REPEATS + 1}"),
    ],
)
def test_a_hash_that_would_take_all_memory_or_time_is_refused_untried(text: str) -> None:
    with pytest.raises(PasswordError, match=f"at most {MAX_MEMORY // 1024**2} MB and {MAX_REPEATS} passes"):
        PasswordHash.parse(text + DIGEST)
