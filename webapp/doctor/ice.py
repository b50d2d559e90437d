"""Check whether STUN and TURN servers answer this machine and accept the credentials."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, cast

from aioice import stun
from aioice.turn import create_turn_endpoint
from aiortc.rtcicetransport import parse_stun_turn_uri

from core.settings import IceServer
from webapp.doctor.finding import Finding, failure, ok, warning
from webapp.live.aiortc_internals import close_turn

PATIENCE = 5.0
"""Timeout of an answer, seconds: as long as the page's server waits for one at START."""

ACCOUNT = ("refuses the credentials", "Compare username and credential with the TURN server's account.")
REASONS = {
    401: ACCOUNT,
    403: ("forbids it", "Check which peers the TURN server's configuration denies."),
    441: ACCOUNT,
    486: ("has reached its quota for this account", "Raise user-quota and total-quota of coturn."),
}
"""What each STUN or TURN error code (RFC 8489, RFC 8656) means, and what to do about it."""


class StunClient(asyncio.DatagramProtocol):
    """Asks one STUN server for this machine's address as the server sees it."""

    def __init__(self) -> None:
        self._transactions: dict[bytes, stun.Transaction] = {}
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """See asyncio. Anything but a response to one of our requests is ignored."""
        try:
            message = stun.parse_message(data)
        except ValueError:
            return
        transaction = self._transactions.get(message.transaction_id)
        if transaction is not None:
            transaction.response_received(message, addr)

    def send_stun(self, message: stun.Message, addr: tuple[str, int]) -> None:
        """See aioice.stun.Transaction."""
        assert self._transport is not None
        self._transport.sendto(bytes(message), addr)

    async def ask(self, server: tuple[str, int]) -> tuple[str, int]:
        """Return this machine's address and port as the server sees them."""
        request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        transaction = stun.Transaction(request, server, self)
        self._transactions[request.transaction_id] = transaction
        response, _ = await transaction.run()
        return cast(tuple[str, int], response.attributes["XOR-MAPPED-ADDRESS"])


async def ask_stun(host: str, port: int) -> tuple[str, int]:
    """Return this machine's address and port as a STUN server sees them.

    Raises:
        OSError: its name is unknown or it is unreachable. stun.TransactionError: it does not answer, or refuses.
        KeyError: its answer has no address.
    """
    loop = asyncio.get_running_loop()
    # IPv4, as in aioice.
    address_infos = await loop.getaddrinfo(host, port, family=socket.AF_INET, type=socket.SOCK_DGRAM)
    transport, client = await loop.create_datagram_endpoint(StunClient, local_addr=("0.0.0.0", 0))
    try:
        return await client.ask(cast(tuple[str, int], address_infos[0][4]))
    finally:
        transport.close()


async def ask_turn(server: IceServer, url: dict[str, Any]) -> tuple[str, int]:
    """Allocate and delete a relay on a TURN server, as the page's server does at START; return its address and port.

    Args:
        server: the server, with credentials.
        url: one of its addresses, as parsed by aiortc.

    Raises:
        OSError: it is unreachable, or TLS fails. stun.TransactionError: it does not answer, or refuses.
    """
    transport, _ = await create_turn_endpoint(
        asyncio.DatagramProtocol,
        (url["host"], url["port"]),
        username=server.username,
        password=server.credential.get_secret_value() if server.credential is not None else None,
        ssl=url["scheme"] == "turns",
        transport=url["transport"],
    )
    relayed = cast(tuple[str, int], transport.get_extra_info("sockname"))
    await close_turn(transport)
    return relayed


def check_ice(servers: Sequence[IceServer], patience: float = PATIENCE) -> list[Finding]:
    """Return a finding for each address of each STUN and TURN server. patience: timeout for each, seconds."""
    if not servers:
        return [ok("ICE", "no STUN or TURN servers are set: viewers on this machine and its LAN do not need any")]
    return [check_address(server, address, patience) for server in servers for address in server.urls]


def check_address(server: IceServer, address: str, patience: float) -> Finding:
    """Check whether one address of a server serves its purpose. patience: timeout, seconds."""
    try:
        url = parse_stun_turn_uri(address)
    except ValueError:
        return failure(
            "ICE", f"{address} is not an address that the page's server understands", "Write it as turn:HOST:PORT."
        )
    if url["scheme"] == "stuns":
        return warning(
            "ICE", f"{address} is used by browsers only; the page's server ignores it", "Add a stun: address."
        )
    if url["scheme"] == "stun":
        return _ask_server(address, lambda: ask_stun(url["host"], url["port"]), "sees this machine as", patience)
    if server.username is None or server.credential is None:
        return failure("ICE", f"{address} has no username or no credential", "Add both in FAIREST_ICE_SERVERS.")
    return _ask_server(address, lambda: ask_turn(server, url), "accepts the credentials and relays at", patience)


def _ask_server(
    address: str, ask: Callable[[], Coroutine[Any, Any, tuple[str, int]]], success: str, patience: float
) -> Finding:
    silent_advice = "Allow UDP and TCP to it in the firewalls on both sides, or correct FAIREST_ICE_SERVERS."
    try:
        host, port = asyncio.run(asyncio.wait_for(ask(), patience))
    except stun.TransactionFailed as error:
        code = error.response.attributes.get("ERROR-CODE", (0, ""))[0]
        problem, advice = REASONS.get(code, (f"responds with error {code}", "See the TURN server's log."))
        return failure("ICE", f"{address} {problem}", advice)
    except (TimeoutError, stun.TransactionTimeout):
        return failure("ICE", f"{address} did not respond within {patience:g} s", silent_advice)
    except ssl.SSLError as error:
        return failure(
            "ICE", f"{address}: {error.reason or error}", "Give the TURN server a certificate for its host name."
        )
    except OSError as error:
        return failure("ICE", f"{address}: {error.strerror or error}", silent_advice)
    except KeyError:
        return failure(
            "ICE", f"{address} answers without an address", "Correct FAIREST_ICE_SERVERS: this is not a STUN server."
        )
    return ok("ICE", f"{address} {success} {host}:{port}")
