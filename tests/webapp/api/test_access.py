from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from core.settings import ApiKey, ApiSettings, ServerSettings, Settings
from tests.webapp.asgi import scope
from webapp.api import keys
from webapp.api.access import Access
from webapp.api.keys import new_key
from webapp.api.problems import ProblemError
from webapp.common.attempts import Limiter

KEY, ENTRY = new_key("lab", 5)
KEYED = Settings(api=ApiSettings(api_keys=[ENTRY]))
LOCALHOST = {"host": "localhost:8501"}


def code(
    settings: Settings | None = None,
    headers: dict[str, str] | None = None,
    client: str | None = "127.0.0.1",
    method: str = "POST",
    signing_in: bool = False,
    access: Access | None = None,
) -> str:
    """The name of who is let in, or the problem's code."""
    access = access or Access(settings or Settings(), Limiter(10), lambda: signing_in, clock=lambda: 0.0)
    asgi_scope = scope("http", method, "/v1/rate", LOCALHOST | (headers or {}), client=client and (client, 5))
    try:
        return asyncio.run(access.sender(asgi_scope)).name
    except ProblemError as problem:
        return problem.code


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost", "localhost:8501", "127.0.0.1:8501", "[::1]:8501", "a.localhost"])
def test_without_keys_programs_on_this_machine_are_let_in(client: str, host: str) -> None:
    assert code(client=client, headers={"host": host}) in {client.removeprefix("::ffff:"), "::/64"}


@pytest.mark.parametrize(
    "more",
    [
        {"client": "192.0.2.7"},
        {"client": "2001:db8::1"},
        {"client": None},
        {"headers": {"host": "evil.example"}},
        {"headers": {"host": "127.0.0.1.evil.example"}},
        {"headers": {"host": ""}},
        {"headers": {"host": "["}},
        {"headers": {"x-forwarded-for": "127.0.0.1"}},
        {"headers": {"forwarded": "for=192.0.2.7"}},
        {"headers": {"via": "1.1 proxy"}},
    ],
)
def test_without_keys_nobody_else_is(more: dict[str, Any]) -> None:
    assert code(**more) == "local_only"


def test_behind_a_trusted_proxy_the_forwarded_address_counts() -> None:
    settings = Settings(server=ServerSettings(trusted_proxies=1))
    assert code(settings, {"x-forwarded-for": "192.0.2.7"}) == "local_only"
    assert code(settings, {"x-forwarded-for": "127.0.0.1"}, client="192.0.2.1") == "127.0.0.1"
    assert code(settings, {"x-forwarded-for": "127.0.0.1, 192.0.2.7"}) == "local_only"


@pytest.mark.parametrize(
    "more",
    [
        {"settings": Settings(server=ServerSettings(password=SecretStr("correct horse")))},
        {"settings": Settings(server=ServerSettings(password_hash=SecretStr("$argon2id$...")))},
        {"signing_in": True},
    ],
)
def test_a_page_that_is_closed_has_no_open_api_behind_it(more: dict[str, Any]) -> None:
    assert code(**more) == "key_required"


@pytest.mark.parametrize("client", ["127.0.0.1", "192.0.2.7"])
def test_with_keys_a_key_is_needed_from_everywhere(client: str) -> None:
    assert code(KEYED, client=client) == "key_required"
    for wrong in ("Bearer", "Bearer ", "Basic bGFiOmxhYg==", KEY):
        assert code(KEYED, {"authorization": wrong}, client) == "key_required"
    assert code(KEYED, {"authorization": f"Bearer {KEY}x"}, client) == "key_unknown"
    for right in (f"Bearer {KEY}", f"bearer  {KEY} "):
        assert code(KEYED, {"authorization": right, "host": "fairest.example"}, client) == "key lab"


def test_who_tries_many_keys_waits_and_who_is_known_does_not() -> None:
    access = Access(KEYED, Limiter(10), lambda: False, clock=lambda: 0.0)
    right = {"authorization": f"Bearer {KEY}"}
    assert code(headers=right, access=access) == "key lab"
    tries = [code(headers={"authorization": "Bearer nobody.x"}, access=access) for _ in range(7)]
    assert tries == ["key_unknown"] * 5 + ["too_many_requests"] * 2
    assert code(headers={"authorization": "Bearer nobody.x"}, client="192.0.2.9", access=access) == "key_unknown"
    assert code(headers=right, access=access) == "key lab"


def test_of_keys_sent_at_once_one_is_checked_at_a_time_and_the_wrong_ones_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_work = most = checks = 0

    async def slowly(_: Callable[[str], bool], key: str) -> bool:
        nonlocal at_work, most, checks
        at_work, checks = at_work + 1, checks + 1
        most = max(most, at_work)
        await asyncio.sleep(0.01)
        at_work -= 1
        return key == KEY

    monkeypatch.setattr(keys, "in_background", slowly)
    access = Access(KEYED, Limiter(10), lambda: False, clock=lambda: 0.0)

    async def sent(key: str, client: str) -> str:
        headers = {"authorization": f"Bearer {key}"}
        try:
            return (await access.sender(scope("http", "POST", "/v1/rate", headers, client=(client, 5)))).name
        except ProblemError as problem:
            return problem.code

    async def scenario() -> list[str]:
        wrong = [sent(f"{KEY}{number}", "192.0.2.7") for number in range(60)]
        return await asyncio.gather(*wrong, *(sent(KEY, "192.0.2.9") for _ in range(3)))

    assert asyncio.run(scenario()) == ["key_unknown"] * 5 + ["too_many_requests"] * 55 + ["key lab"] * 3
    assert (checks, most) == (6, 1)


@pytest.mark.parametrize("settings", [Settings(), KEYED])
def test_pages_of_other_sites_are_let_in_only_where_they_are_named(settings: Settings) -> None:
    headers = {"origin": "https://other.example", "sec-fetch-site": "cross-site", "authorization": f"Bearer {KEY}"}
    assert code(settings, headers) == "other_site"
    settings_with_origin = settings.model_copy(
        update={"api": settings.api.model_copy(update={"api_origins": ["https://other.example"]})}
    )
    assert code(settings_with_origin, headers) in {"127.0.0.1", "key lab"}
    assert code(settings, headers, method="GET") in {"127.0.0.1", "key lab"}


def test_names_of_keys_differ() -> None:
    with pytest.raises(ValueError, match="different names"):
        Settings(api=ApiSettings(api_keys=[ENTRY, ApiKey(name="lab", hash=SecretStr("x"))]))


@pytest.mark.parametrize("origin", ["*", "https://example.org/", "example.org", "HTTPS://EXAMPLE.ORG", "null"])
def test_an_origin_that_no_browser_sends_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="expected origins"):
        Settings(api=ApiSettings(api_origins=[origin]))
