"""Recovery of live video after its network drops to 200 kbit/s, and connection time with 25 % packet loss.

Measured in a simulation without real time, and with a real server and sockets.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from aiortc.rate import RemoteBitrateEstimator

from tests.browser.serving import Server, served
from tests.live.film import DrawnFilm
from tests.live.link import Link
from tests.live.recovery import whole_again
from tests.live.simulated import Estimator, Stream
from tests.live.viewer import Viewer
from tests.patience import PATIENCE

NARROW = 200_000
"""Bits per second after the drop."""
OLD = 1.0
"""Maximum age in seconds of the displayed picture once the video has recovered."""
QUEUES, RATES = (0.2, 0.3, 0.5, 1.0), (400_000, 800_000, 1_600_000)
"""For the simulation: length of the bottleneck's queue in seconds, and bits per second before the drop."""
BEFORE, AFTER = 8.0, 14.0
"""Seconds observed before the drop and after it."""
SIZE, FPS = (320, 240), 15
LOSS = 0.25


def simulated(rate: float, queue: float, estimator: Estimator | None = None) -> float:
    """Return the seconds until the video has recovered, in the simulation.

    Args:
        rate: bits per second sent before the drop.
        queue: length of the bottleneck's queue in seconds.
        estimator: replaces the app's own.
    """
    up = Link(delay=0.02, queue=queue)
    stream = Stream(up, Link(delay=0.02), rate, estimator)
    # Its rate grows during this time, as nothing limits it.
    stream.run(1)
    fall, up.bandwidth = stream.events.now, NARROW
    stream.run(AFTER)
    return stream.whole_again(fall, OLD)


async def fall(server: Server, mode: str) -> float:
    """Return the seconds until the video has recovered, with a server and an aiortc viewer; AFTER if it has not."""
    link = Link(delay=0.02)
    async with Viewer(server.url, DrawnFilm(SIZE, FPS), link=link, mode=mode) as viewer:
        await viewer.start()
        await asyncio.sleep(BEFORE)
        since, link.bandwidth = time.monotonic(), NARROW
        await asyncio.sleep(AFTER)
        until = time.monotonic()
        arrivals = (
            viewer.faces() if mode == "overlay" else [(frame.received, frame.latency) for frame in viewer.fresh()]
        )
        shown = [(arrival, arrival - age) for arrival, age in arrivals if age is not None]
        return whole_again(shown, since, until, OLD)


async def connect(server: Server, seed: int) -> tuple[float, float]:
    """Return the seconds from the offer until a viewer is connected, and until its first faces arrive."""
    link = Link(delay=0.01, seed=seed)
    async with Viewer(server.url, DrawnFilm(SIZE, FPS), link=link) as viewer:
        # Once beforehand, so that the page is loaded.
        await viewer.start()
        await viewer.stop()
        link.loss, begin = LOSS, time.monotonic()
        await viewer.start(PATIENCE)
        connected = time.monotonic() - begin
        while not viewer.fresh(begin) and time.monotonic() - begin < PATIENCE:
            await asyncio.sleep(0.02)
        return connected, time.monotonic() - begin


def measure_network(times: int) -> Iterator[str]:
    """Yield lines of results as they become available.

    Args:
        times: repetitions of each measurement with a server.
    """
    yield f"whole again after a fall to {NARROW // 1000} kbit/s, seconds; simulated, by the queue of the bottleneck"
    for name, make in (("ours", lambda: None), ("aiortc's estimator", RemoteBitrateEstimator)):
        for rate in RATES:
            cells = "  ".join(f"{queue:.1f} s: {simulated(rate, queue, make()):4.1f}" for queue in QUEUES)
            yield f"  {name:<20} from {rate // 1000:>4} kbit/s  {cells}"
    with served() as server:
        for mode in ("overlay", "drawn"):
            recovery_times = sorted(asyncio.run(fall(server, mode)) for _ in range(times))
            yield f"  with a server, {mode}: " + " ".join(f"{seconds:.1f}" for seconds in recovery_times)
        yield f"connected, and first picture back, with {LOSS:.0%} lost each way, seconds"
        connects = [asyncio.run(connect(server, seed)) for seed in range(times)]
        for name, values in (
            ("connected", [connected for connected, _ in connects]),
            ("first picture", [first_picture for _, first_picture in connects]),
        ):
            yield f"  {name}: " + " ".join(f"{value:.1f}" for value in sorted(values))
