"""How soon live video is whole again after its network fell to 200 kbit/s, and how soon a viewer is connected who loses
one packet in four: simulated, where no time passes, and with a real server and sockets.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from aiortc.rate import RemoteBitrateEstimator

from tests.browser.serving import Server, served
from tests.live.film import DrawnFilm
from tests.live.link import Link
from tests.live.simulated import Estimator, Stream
from tests.live.viewer import Viewer
from tests.patience import PATIENCE

NARROW = 200_000
"""Bits a second after the fall."""
OLD = 1.0
"""Seconds: while what is shown is older, it is not whole."""
QUEUES, RATES = (0.2, 0.3, 0.5, 1.0), (400_000, 800_000, 1_600_000)
"""Of the simulation: seconds of the bottleneck's queue, and bits a second before the fall."""
BEFORE, AFTER = 8.0, 14.0
"""Seconds that are watched before the fall and after it."""
SIZE, FPS = (320, 240), 15
LOSS = 0.25


def simulated(rate: float, queue: float, estimator: Estimator | None = None) -> float:
    """Seconds until the picture is whole again.

    Args:
        rate: bits a second that are sent before the fall.
        queue: seconds of the bottleneck's queue.
        estimator: instead of ours.
    """
    up = Link(delay=0.02, queue=queue)
    stream = Stream(up, Link(delay=0.02), rate, estimator)
    # Its rate grows meanwhile, as nothing holds it down.
    stream.run(1)
    fall, up.bandwidth = stream.events.now, NARROW
    stream.run(AFTER)
    return stream.whole_again(fall, OLD)


async def fall(server: Server, mode: str) -> float:
    """The same with a server, for a viewer who is aiortc's; AFTER, where it was not whole until then."""
    link = Link(delay=0.02)
    async with Viewer(server.url, DrawnFilm(SIZE, FPS), link=link, mode=mode) as viewer:
        await viewer.start()
        await asyncio.sleep(BEFORE)
        since, link.bandwidth = time.monotonic(), NARROW
        await asyncio.sleep(AFTER)
        until = time.monotonic()
        came = viewer.faces() if mode == "overlay" else [(one.received, one.latency) for one in viewer.fresh()]
        shown = [(at, at - age) for at, age in came if age is not None]
        last = since
        for (_, taken), end in zip(shown, [at for at, _ in shown[1:]] + [until], strict=True):
            if end > since and end - taken > OLD:
                last = end
        return last - since


async def connect(server: Server, seed: int) -> tuple[float, float]:
    """Seconds from the offer until a viewer is connected, and until the first faces are there."""
    link = Link(delay=0.01, seed=seed)
    async with Viewer(server.url, DrawnFilm(SIZE, FPS), link=link) as viewer:
        # Once before, for the page to be there.
        await viewer.start()
        await viewer.stop()
        link.loss, begin = LOSS, time.monotonic()
        await viewer.start(PATIENCE)
        connected = time.monotonic() - begin
        while not viewer.fresh(begin) and time.monotonic() - begin < PATIENCE:
            await asyncio.sleep(0.02)
        return connected, time.monotonic() - begin


def measure_network(times: int) -> Iterator[str]:
    """Lines, as they are known.

    Args:
        times: how often each is done with a server.
    """
    yield f"whole again after a fall to {NARROW // 1000} kbit/s, seconds; simulated, by the queue of the bottleneck"
    for name, make in (("ours", lambda: None), ("aiortc's estimator", RemoteBitrateEstimator)):
        for rate in RATES:
            cells = "  ".join(f"{queue:.1f} s: {simulated(rate, queue, make()):4.1f}" for queue in QUEUES)
            yield f"  {name:<20} from {rate // 1000:>4} kbit/s  {cells}"
    with served() as server:
        for mode in ("overlay", "drawn"):
            took = sorted(asyncio.run(fall(server, mode)) for _ in range(times))
            yield f"  with a server, {mode}: " + " ".join(f"{one:.1f}" for one in took)
        yield f"connected, and first picture back, with {LOSS:.0%} lost each way, seconds"
        both = [asyncio.run(connect(server, seed)) for seed in range(times)]
        for name, values in (("connected", [one for one, _ in both]), ("first picture", [one for _, one in both])):
            yield f"  {name}: " + " ".join(f"{one:.1f}" for one in sorted(values))
