"""The impaired path: its decisions about datagrams, and their effect on real sockets."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription

from tests.live.link import HEADERS, LONGEST_QUEUE, Lane, Link, Wire

SIZE = 1000 - HEADERS


def arrivals(link: Link, sent: list[float], seed: int = 0) -> list[float | None]:
    lane, chance = Lane(), random.Random(seed).random
    return [lane.arrival(link, SIZE, now, chance) for now in sent]


def test_a_perfect_path_changes_nothing() -> None:
    sent = [0.0, 0.1, 0.1, 5.0]
    assert arrivals(Link(), sent) == sent


def test_delay_is_added() -> None:
    assert arrivals(Link(delay=0.2), [0.0, 1.0]) == pytest.approx([0.2, 1.2])


def test_loss_is_the_share_that_was_asked_for() -> None:
    times = arrivals(Link(loss=0.3), [n / 100 for n in range(10_000)])
    assert times.count(None) / len(times) == pytest.approx(0.3, abs=0.02)
    assert arrivals(Link(loss=1.0), [0.0] * 100) == [None] * 100


def test_the_same_seed_loses_the_same_datagrams() -> None:
    sent = [n / 100 for n in range(200)]
    link = Link(loss=0.5, jitter=0.01, delay=0.1)
    assert arrivals(link, sent, 3) == arrivals(link, sent, 3) != arrivals(link, sent, 4)


def test_jitter_spreads_the_delay_without_overtaking() -> None:
    sent = [n / 10 for n in range(500)]
    times = np.array(arrivals(Link(delay=0.05, jitter=0.03), sent), dtype=float)
    delays = times - sent
    assert delays.min() >= 0.02
    assert delays.max() <= 0.08
    assert delays.std() > 0.01
    burst = np.array(arrivals(Link(delay=0.05, jitter=0.05), [0.0] * 100), dtype=float)
    assert (np.diff(burst) >= 0).all()


def test_bandwidth_spaces_datagrams_and_a_full_queue_drops() -> None:
    # 1000 bytes at 80 kbit/s take 0.1 s each.
    times = arrivals(Link(bandwidth=80_000), [0.0] * 20)
    arrived = [time for time in times if time is not None]
    assert arrived == pytest.approx([0.1 * (n + 1) for n in range(len(arrived))])
    assert LONGEST_QUEUE < arrived[-1] <= LONGEST_QUEUE + 0.1 + 1e-9
    assert times[len(arrived) :] == [None] * (20 - len(arrived))


def test_the_queue_drains() -> None:
    times = arrivals(Link(bandwidth=80_000), [0.0, 0.0, 10.0])
    assert times[2] == pytest.approx(10.1)


def test_a_link_may_change_at_any_time() -> None:
    link, lane = Link(delay=0.5), Lane()
    assert lane.arrival(link, SIZE, 0.0, random.random) == 0.5
    link.delay = 0.0
    # Still queued behind the previous one.
    assert lane.arrival(link, SIZE, 0.1, random.random) == 0.5
    assert lane.arrival(link, SIZE, 0.7, random.random) == 0.7


class Pair:
    """Two peers with a data channel, the first behind a link; every message is echoed."""

    def __init__(self, link: Link | None) -> None:
        configuration = RTCConfiguration(iceServers=[])
        self.wire = Wire(link)
        self.near, self.far = RTCPeerConnection(configuration), RTCPeerConnection(configuration)
        self.echoes: asyncio.Queue[str] = asyncio.Queue()
        self.near.addTransceiver("video", direction="recvonly")
        self.channel = self.near.createDataChannel("echo")
        self.far.on("datachannel", self._echo)
        self.opened = asyncio.Event()
        self.channel.on("open", self.opened.set)
        self.channel.on("message", self.echoes.put_nowait)

    @staticmethod
    def _echo(channel: RTCDataChannel) -> None:
        channel.on("message", channel.send)

    async def connect(self) -> None:
        self.wire.join(self.near)
        await self.near.setLocalDescription(await self.near.createOffer())
        await self.far.setRemoteDescription(_description(self.near))
        await self.far.setLocalDescription(await self.far.createAnswer())
        await self.near.setRemoteDescription(_description(self.far))
        await asyncio.wait_for(self.opened.wait(), 15)

    async def round_trip(self) -> float:
        begin = time.monotonic()
        self.channel.send("x")
        await asyncio.wait_for(self.echoes.get(), 10)
        return time.monotonic() - begin

    async def close(self) -> None:
        await asyncio.gather(self.near.close(), self.far.close())


def _description(peer: RTCPeerConnection) -> RTCSessionDescription:
    return peer.localDescription


def on_pair(link: Link | None, test: Callable[[Pair], object]) -> None:
    async def run() -> None:
        pair = Pair(link)
        await pair.connect()
        await test(pair)  # type: ignore[misc]
        await pair.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


def test_without_a_link_nothing_is_held_up() -> None:
    async def test(pair: Pair) -> None:
        assert min([await pair.round_trip() for _ in range(5)]) < 0.05

    on_pair(None, test)


def test_every_datagram_takes_the_link_both_ways() -> None:
    link = Link(delay=0.1)

    async def test(pair: Pair) -> None:
        assert 0.2 <= min([await pair.round_trip() for _ in range(3)]) < 0.5
        link.delay = 0.0
        await pair.round_trip()
        assert min([await pair.round_trip() for _ in range(5)]) < 0.05

    begin = time.monotonic()
    on_pair(link, test)
    assert time.monotonic() - begin > 1.0, "checks and handshake did not take the link"


def test_a_peer_behind_a_dead_link_is_never_reached() -> None:
    async def run() -> None:
        pair = Pair(Link(loss=1.0))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pair.connect(), 1.0)
        await pair.close()

    asyncio.run(run())


def test_a_cut_wire_says_nothing_more() -> None:
    async def test(pair: Pair) -> None:
        await pair.round_trip()
        pair.wire.cut()
        await pair.near.close()
        await asyncio.sleep(0.3)
        # A goodbye would have closed it.
        assert pair.far.connectionState == "connected"

    on_pair(Link(delay=0.01), test)
