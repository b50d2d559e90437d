from __future__ import annotations

import asyncio
import logging
import threading
import time

import pytest
from pydantic import SecretStr

from core.settings import ServerSettings
from tests.webapp.auth.gated import Clock
from tests.webapp.auth.test_passwords import by_scrypt
from webapp.auth import access
from webapp.auth.access import CROWDED, Authenticator, Refusal, main, make_authenticator
from webapp.auth.passwords import PasswordError, PasswordHash
from webapp.auth.tokens import SessionToken, SessionTokens

NOW = 1_800_000_000.0
PASSWORD = "correct horse"


class Quick:
    """A password that costs no time to check."""

    def matches(self, typed: str) -> bool:
        return typed == PASSWORD


@pytest.fixture
def steady() -> Clock:
    return Clock()


@pytest.fixture
def authenticator(steady: Clock) -> Authenticator:
    return Authenticator(Quick(), SessionTokens("s" * 32, "test"), steady=steady)  # type: ignore[arg-type]


def tries(authenticator: Authenticator, *typed: str, who: str = "192.0.2.7", now: float = NOW) -> list[str | float]:
    """What comes of one try after another: a session token, or the wait."""

    async def all_of_them() -> list[str | Refusal]:
        return [await authenticator.authenticate(password, who, now) for password in typed]

    return [outcome.wait if isinstance(outcome, Refusal) else outcome for outcome in asyncio.run(all_of_them())]


def test_the_right_password_gives_a_session_token(authenticator: Authenticator) -> None:
    (token,) = tries(authenticator, PASSWORD)
    assert authenticator.sessions.read(str(token), NOW)


def test_wrong_ones_are_slowed_and_then_the_right_one_must_wait_too(
    authenticator: Authenticator, steady: Clock
) -> None:
    assert tries(authenticator, *["wrong"] * 5) == [0, 0, 0, 0, 30]
    steady.now += 29
    assert tries(authenticator, PASSWORD) == [1]
    steady.now += 1
    assert isinstance(tries(authenticator, PASSWORD)[0], str)
    assert tries(authenticator, "wrong") == [0], "a right one ends the count"


@pytest.mark.parametrize("jump", [-3600, 3600])
def test_a_wall_clock_that_jumps_makes_no_wait_longer_or_shorter(
    authenticator: Authenticator, steady: Clock, jump: float
) -> None:
    assert tries(authenticator, *["wrong"] * 5) == [0, 0, 0, 0, 30]
    steady.now += 10
    assert tries(authenticator, PASSWORD, now=NOW + jump) == [20]


def test_one_client_slows_no_other(authenticator: Authenticator) -> None:
    tries(authenticator, *["wrong"] * 9)
    assert isinstance(tries(authenticator, PASSWORD, who="198.51.100.1")[0], str)


class Naps:
    """Sleeps no longer than a moment, and keeps what was asked for."""

    def __init__(self) -> None:
        self.delays: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.delays.append(seconds)
        await asyncio.sleep(0)


def test_many_clients_together_are_slowed_and_nobody_is_kept_out() -> None:
    naps, steady = Naps(), Clock()
    authenticator = Authenticator(
        Quick(),  # type: ignore[arg-type]
        SessionTokens("s" * 32, "test"),
        sleep=naps,
        steady=steady,
    )
    waits = [tries(authenticator, "wrong", who=f"192.0.2.{number}")[0] for number in range(200)]
    assert waits == [0] * 200
    assert naps.delays[:2] == pytest.approx([0.01, 0.02]), "the first fifty cost nothing"
    assert naps.delays[-1] == 1.0
    (token,) = tries(authenticator, PASSWORD, who="198.51.100.1")
    assert authenticator.sessions.read(str(token), NOW)
    naps.delays.clear()
    steady.now += 4 * 3600
    tries(authenticator, PASSWORD, who="198.51.100.2")
    assert naps.delays == [], "and is forgotten in time"


def known(authenticator: Authenticator) -> SessionToken:
    token = authenticator.browsers.read(authenticator.browsers.issue(NOW), NOW)
    assert token
    return token


def test_a_browser_that_was_in_before_is_let_try_whatever_others_do() -> None:
    naps = Naps()
    authenticator = Authenticator(Quick(), SessionTokens("s" * 32, "test"), sleep=naps)  # type: ignore[arg-type]
    browser = known(authenticator)
    for number in range(100):
        tries(authenticator, "wrong", who=f"192.0.2.{number}")
    tries(authenticator, *["wrong"] * 9, who="198.51.100.1")
    naps.delays.clear()
    outcome = asyncio.run(authenticator.authenticate(PASSWORD, "198.51.100.1", NOW, browser))
    assert isinstance(outcome, str)
    assert naps.delays == []


def test_a_browser_that_was_in_before_has_its_own_count(authenticator: Authenticator, steady: Clock) -> None:
    browser = known(authenticator)

    async def wrong() -> list[float]:
        outcomes = [await authenticator.authenticate("wrong", "192.0.2.7", NOW, browser) for _ in range(5)]
        return [outcome.wait for outcome in outcomes if isinstance(outcome, Refusal)]

    assert asyncio.run(wrong()) == [0, 0, 0, 0, 30]
    assert isinstance(tries(authenticator, PASSWORD)[0], str), "its address is not held to account"
    steady.now += 29
    assert asyncio.run(authenticator.authenticate(PASSWORD, "192.0.2.7", NOW, browser)) == Refusal(1)


def test_in_a_flood_whoever_comes_last_is_next() -> None:
    order: list[str] = []

    class Slow(Quick):
        def matches(self, typed: str) -> bool:
            order.append(typed)
            return super().matches(typed)

    authenticator = Authenticator(Slow(), SessionTokens("s" * 32, "test"), sleep=Naps())  # type: ignore[arg-type]

    async def flood() -> list[str | Refusal]:
        bad = [asyncio.ensure_future(authenticator.authenticate(f"wrong {n}", f"192.0.2.{n}", NOW)) for n in range(150)]
        await asyncio.sleep(0)
        good = asyncio.ensure_future(authenticator.authenticate(PASSWORD, "198.51.100.1", NOW))
        return await asyncio.gather(good, *bad)

    first, *others = asyncio.run(flood())
    assert isinstance(first, str)
    assert order.index(PASSWORD) <= 2
    waits = [outcome.wait for outcome in others if isinstance(outcome, Refusal)]
    assert (waits.count(0), waits.count(CROWDED)) == (100, 50), "one at its turn, a hundred in line"


def test_two_passwords_are_checked_at_a_time_at_most() -> None:
    """Each takes memory; see webapp.auth.passwords.MAX_MEMORY."""
    running, peak, lock = 0, 0, threading.Lock()

    class Slow(Quick):
        def matches(self, typed: str) -> bool:
            nonlocal running, peak
            with lock:
                running += 1
                peak = max(peak, running)
            time.sleep(0.002)
            with lock:
                running -= 1
            return super().matches(typed)

    authenticator = Authenticator(Slow(), SessionTokens("s" * 32, "test"), sleep=Naps())  # type: ignore[arg-type]
    browsers = [known(authenticator) for _ in range(20)]

    async def flood() -> None:
        strangers = [authenticator.authenticate("wrong", f"192.0.2.{number}", NOW) for number in range(50)]
        returning = [authenticator.authenticate("wrong", "192.0.2.7", NOW, browser) for browser in browsers]
        await asyncio.gather(*strangers, *returning)

    asyncio.run(flood())
    assert peak == 2


def test_many_at_once_are_counted_all_the_same(authenticator: Authenticator) -> None:
    async def at_once() -> list[str | Refusal]:
        return await asyncio.gather(*(authenticator.authenticate("wrong", "192.0.2.7", NOW) for _ in range(20)))

    waits = [outcome.wait for outcome in asyncio.run(at_once()) if isinstance(outcome, Refusal)]
    assert sorted(waits) == [0] * 4 + [30] * 16


def test_without_a_password_there_is_no_authenticator() -> None:
    assert make_authenticator(ServerSettings()) is None


@pytest.mark.parametrize("hashed", [False, True])
def test_password_and_hash_open_alike(hashed: bool) -> None:
    secret = SecretStr(str(PasswordHash.of(PASSWORD)) if hashed else PASSWORD)
    server_authenticator = make_authenticator(
        ServerSettings(password_hash=secret) if hashed else ServerSettings(password=secret)
    )
    assert server_authenticator
    wrong, right = tries(server_authenticator, "wrong", PASSWORD)
    assert wrong == 0
    assert server_authenticator.sessions.read(str(right), NOW)


def test_a_hash_by_scrypt_opens_and_the_log_advises_another(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(logging.getLogger("webapp"), "propagate", True)
    server_authenticator = make_authenticator(ServerSettings(password_hash=SecretStr(by_scrypt(PASSWORD.encode()))))
    assert server_authenticator
    assert isinstance(tries(server_authenticator, PASSWORD)[0], str)
    assert [record.getMessage().split(",")[0] for record in caplog.records] == ["password_hash is by scrypt"]


def test_a_hash_that_is_none_is_reported() -> None:
    with pytest.raises(PasswordError):
        make_authenticator(ServerSettings(password_hash=SecretStr("correct horse")))


def sessions_of(password: str, secret: str | None) -> SessionTokens:
    server_authenticator = make_authenticator(
        ServerSettings(password=SecretStr(password), secret=SecretStr(secret) if secret else None)
    )
    assert server_authenticator
    return server_authenticator.sessions


def test_servers_with_the_same_secret_and_password_take_each_others_tokens() -> None:
    token = sessions_of(PASSWORD, "s" * 32).issue(NOW)
    assert sessions_of(PASSWORD, "s" * 32).read(token, NOW)
    assert sessions_of("another one", "s" * 32).read(token, NOW) is None
    assert sessions_of(PASSWORD, "t" * 32).read(token, NOW) is None
    assert sessions_of(PASSWORD, None).read(sessions_of(PASSWORD, None).issue(NOW), NOW) is None


def typed(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    remaining = list(answers)
    monkeypatch.setattr(access, "getpass", lambda _: remaining.pop(0))


def test_the_command_prints_a_hash_that_opens(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, PASSWORD, PASSWORD)
    assert main() == 0
    name, _, text = capsys.readouterr().out.strip().partition("=")
    assert name == "FAIREST_PASSWORD_HASH"
    assert PasswordHash.parse(text.strip("'")).matches(PASSWORD)


@pytest.mark.parametrize(("answers", "says"), [(["short"], "at least 8"), ([PASSWORD, "other one"], "do not match")])
def test_the_command_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answers: list[str], says: str
) -> None:
    typed(monkeypatch, *answers)
    assert main() == 1
    assert says in capsys.readouterr().err
