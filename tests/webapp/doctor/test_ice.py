"""Servers here are on loopback: one that speaks STUN and TURN, and coturn where that is installed."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import pytest
from aioice import stun
from aioice.turn import make_integrity_key
from pydantic import SecretStr

from core.settings import IceServer
from tests.browser.install import find_turnserver
from tests.browser.turn import turn_server
from webapp.doctor.finding import Finding, Level
from webapp.doctor.ice import check_ice

USER, PASSWORD, REALM = "fairest", "correct horse", "test"
MINE, RELAYED = ("192.0.2.9", 40000), ("192.0.2.1", 50000)
PATIENCE = 5.0


class Peer(asyncio.DatagramProtocol):
    """Answers as a STUN and TURN server does that knows one account, or with one error to everything."""

    def __init__(self, error: int | None) -> None:
        self._error = error
        self._key = make_integrity_key(USER, REALM, PASSWORD)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        request = stun.parse_message(data)
        answer = stun.Message(request.message_method, stun.Class.RESPONSE, request.transaction_id)
        authenticated = request.attributes.get("USERNAME") == USER and request.check_message_integrity(self._key)
        if self._error:
            self._refuse(answer, self._error)
        elif request.message_method == stun.Method.BINDING:
            answer.attributes["XOR-MAPPED-ADDRESS"] = MINE
        elif not authenticated:
            self._refuse(answer, 401)
        else:
            answer.attributes["LIFETIME"] = 600
            answer.attributes["XOR-MAPPED-ADDRESS"] = MINE
            answer.attributes["XOR-RELAYED-ADDRESS"] = RELAYED
            answer.add_message_integrity(self._key)
        self._transport.sendto(bytes(answer), addr)

    @staticmethod
    def _refuse(answer: stun.Message, code: int) -> None:
        answer.message_class = stun.Class.ERROR
        answer.attributes["ERROR-CODE"] = (code, "no")
        answer.attributes["REALM"] = REALM
        answer.attributes["NONCE"] = b"once"


@contextmanager
def peer(error: int | None = None) -> Iterator[str]:
    """127.0.0.1 with the port of such a server."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        begun = loop.create_datagram_endpoint(lambda: Peer(error), local_addr=("127.0.0.1", 0))
        transport, _ = asyncio.run_coroutine_threadsafe(begun, loop).result(5)
        yield f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
        loop.call_soon_threadsafe(transport.close)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def check(url: str, user: str | None = None, password: str | None = None, patience: float = PATIENCE) -> Finding:
    """The one finding about one address."""
    credential = SecretStr(password) if password is not None else None
    (finding,) = check_ice([IceServer(urls=[url], username=user, credential=credential)], patience)
    return finding


def test_without_servers_it_says_so() -> None:
    (finding,) = check_ice([])
    assert finding.level is Level.OK
    assert "no STUN or TURN servers are set" in finding.message


def test_a_stun_server_tells_who_we_are() -> None:
    with peer() as address:
        finding = check(f"stun:{address}")
    assert (finding.level, finding.message) == (Level.OK, f"stun:{address} sees this machine as 192.0.2.9:40000")


def test_a_turn_server_takes_the_credentials() -> None:
    with peer() as address:
        finding = check(f"turn:{address}", USER, PASSWORD)
    assert (finding.level, finding.message.split()[-1]) == (Level.OK, "192.0.2.1:50000")


def test_wrong_credentials_are_reported_and_not_shown() -> None:
    with peer() as address:
        finding = check(f"turn:{address}", USER, "wrong battery")
    assert finding.level is Level.FAILURE
    assert "refuses the credentials" in finding.message
    assert "wrong battery" not in finding.message + finding.advice


@pytest.mark.parametrize(("code", "says"), [(403, "forbids"), (486, "reached its quota"), (500, "error 500")])
def test_what_a_server_refuses_is_reported(code: int, says: str) -> None:
    with peer(code) as address:
        assert says in check(f"turn:{address}", USER, PASSWORD).message
        assert check(f"stun:{address}").level is Level.FAILURE


@pytest.mark.parametrize("scheme", ["stun", "turn"])
def test_a_server_that_says_nothing_is_waited_for_a_moment_only(scheme: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        finding = check(f"{scheme}:127.0.0.1:{silent.getsockname()[1]}", USER, PASSWORD, patience=0.2)
    assert finding.level is Level.FAILURE
    assert "did not respond within 0.2 s" in finding.message


@pytest.mark.parametrize("scheme", ["turn", "turns"])
def test_a_port_where_nobody_listens_is_reported(scheme: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        finding = check(f"{scheme}:127.0.0.1:{port}?transport=tcp", USER, PASSWORD)
    assert finding.level is Level.FAILURE
    assert "firewalls" in finding.advice


@pytest.mark.parametrize(
    ("url", "level", "says"),
    [
        ("turn:127.0.0.1", Level.FAILURE, "no username"),
        ("stun:127.0.0.1?transport=udp", Level.FAILURE, "not an address that the page's server understands"),
        ("stuns:127.0.0.1", Level.WARNING, "used by browsers only"),
    ],
)
def test_what_cannot_be_asked_is_reported(url: str, level: Level, says: str) -> None:
    finding = check(url)
    assert finding.level is level
    assert says in finding.message


@pytest.mark.skipif(not find_turnserver(), reason="coturn is not installed")
def test_coturn_as_deployed_takes_its_account_and_no_other() -> None:
    with turn_server() as turn:
        (ice_server,) = json.loads(turn.setting())
        (url,) = ice_server["urls"]
        assert check(url, turn.user, turn.password).level is Level.OK
        assert "refuses the credentials" in check(url, turn.user, "wrong battery").message
