"""Two replicas behind a real Caddy with a real TURN server, on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

from core.draw import ABOVE, BELOW
from core.settings import ROOT
from tests.browser.install import find_caddy
from tests.browser.serving import Server, end, free_port, served
from tests.browser.turn import Turn, turn_server
from tests.browser.video import VIDEO
from tests.patience import PATIENCE, until

WATCH = """video => {
    const stream = video.srcObject?.id;
    const seen = { stream, count: 0, longest: 0, last: performance.now() };
    window.seen = seen;
    const next = now => {
        if (window.seen !== seen) return;
        seen.longest = Math.max(seen.longest, now - seen.last);
        seen.last = now;
        seen.count += 1;
        video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
}"""
GAP = "() => Math.max(window.seen.longest, performance.now() - window.seen.last) / 1000"
SAME = "video => window.seen.stream === video.srcObject?.id"
LOSE = """(lost, [name, colours]) => {
    // The page of another server may have a component of its own, in a shadow root as this one is.
    const find = (root) => {
        for (const one of root.querySelectorAll("*")) {
            const found = one.matches(name) ? one : one.shadowRoot && find(one.shadowRoot);
            if (found) return found;
        }
        return null;
    };
    const board = new OffscreenCanvas(160, 120).getContext("2d", { willReadFrequently: true });
    const boxed = (shown) => {
        board.drawImage(shown, 0, 0, 160, 120);
        const { data } = board.getImageData(0, 0, 160, 120);
        const far = (at, [r, g, b]) =>
            Math.max(Math.abs(data[at] - r), Math.abs(data[at + 1] - g), Math.abs(data[at + 2] - b));
        return colours.some((colour) => {
            let drawn = 0;
            for (let at = 0; at < data.length; at += 4) drawn += far(at, colour) < 60;
            return drawn > 25;
        });
    };
    window.again = { video: null, face: null };
    const { id } = lost.srcObject;
    const timer = setInterval(() => {
        const shown = find(document);
        const stream = shown?.srcObject?.id;
        if (!stream || stream === id || shown.getVideoPlaybackQuality().totalVideoFrames < 3) return;
        again.video ??= Date.now() / 1000;
        if (!boxed(shown)) return;
        again.face = Date.now() / 1000;
        clearInterval(timer);
    }, 100);
}"""
"""Notes when another stream than the present one, whose last picture may stand there, shows video and a rated face."""


@dataclass(frozen=True)
class Fleet:
    """url: of the proxy. replicas: behind it, by the names that its cookie gives them."""

    url: str
    replicas: dict[str, Server]

    def viewers(self) -> dict[str, int]:
        """How many are live on each."""
        return {name: get_json(server, "/healthz")[1].get("viewers", 0) for name, server in self.replicas.items()}


@contextmanager
def fleet(drain_seconds: int = 30) -> Iterator[Fleet]:
    """Two replicas, ready, behind the proxy of deploy/Caddyfile; viewers reach them through a TURN server."""
    with ExitStack() as stack:
        turn = stack.enter_context(turn_server())
        replicas = {name: stack.enter_context(replica(turn, drain_seconds)) for name in ("a", "b")}
        until(
            lambda: all(get_json(server, "/healthz")[0] == 200 for server in replicas.values()),
            "replicas that are ready",
        )
        addresses = [
            server.url.removeprefix("http://").replace("localhost", "127.0.0.1") for server in replicas.values()
        ]
        yield Fleet(stack.enter_context(proxy(*addresses)), replicas)


def replica(turn: Turn, drain_seconds: int) -> AbstractContextManager[Server]:
    """One of them."""
    seconds = str(drain_seconds)
    return served(FAIREST_TRUSTED_PROXIES="1", FAIREST_ICE_SERVERS=turn.setting(), FAIREST_DRAIN_SECONDS=seconds)


@contextmanager
def proxy(*addresses: str) -> Iterator[str]:
    """Caddy on a free port, as deploy/Caddyfile says, before two programs; its address.

    Args:
        addresses: theirs, as host:port.
    """
    program = find_caddy()
    assert program is not None, "expected caddy on the PATH; there is none"
    port = free_port()
    url = f"http://localhost:{port}"
    hosts = {f"FAIREST_{letter}": address for letter, address in zip("AB", addresses, strict=True)}
    process = subprocess.Popen(
        [program, "run", "--config", "deploy/Caddyfile"],
        cwd=ROOT,
        env=os.environ | hosts | {"FAIREST_SITE": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def stands() -> bool:
        assert process.poll() is None, "the proxy stopped"
        return answers(f"{url}/healthz")

    try:
        until(stands, "a proxy that answers")
        yield url
    finally:
        end(process)


def get_json(server: Server, path: str) -> tuple[int, dict[str, Any]]:
    """(status, JSON) of a replica's own route; status 0 when it does not answer."""
    try:
        with urllib.request.urlopen(f"{server.url}{path}", timeout=PATIENCE) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, {}


def answers(url: str) -> bool:
    """Whether something healthy is there."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def arrive(browser: Browser, url: str) -> Page:
    """A new visitor, with cookies of its own, at the live page."""
    page = browser.new_context(viewport={"width": 900, "height": 900}).new_page()
    page.goto(url)
    return page


def replica_of(page: Page) -> str:
    """Where the proxy's cookie sends a visitor."""
    return next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "fairest_replica")


def watch(page: Page) -> None:
    """Begin to note when frames of the present stream are shown."""
    page.locator(VIDEO).evaluate(WATCH)


def longest_gap(page: Page) -> float:
    """The longest time without a frame since `watch`, seconds; up to now."""
    return float(page.locator(VIDEO).evaluate(GAP))


def same_stream(page: Page) -> bool:
    """Whether the stream is that of `watch`."""
    return bool(page.locator(VIDEO).evaluate(SAME))


def lose(page: Page) -> None:
    """From now on the present stream does not count."""
    page.locator(VIDEO).evaluate(LOSE, [VIDEO, [ABOVE, BELOW]])


def live_again(pages: list[Page], begin: float, seconds: float = PATIENCE) -> tuple[list[float], list[float]]:
    """Seconds from `begin`, on the clock of time.time(), until each showed video of a stream after `lose`, and until
    a face with its rating was there, which takes several looks at it.

    Args:
        seconds: to wait for all of them from now on.
    """
    until(lambda: all(page.evaluate("again.face") for page in pages), "a rated face in new streams", seconds)
    times = [page.evaluate("again") for page in pages]
    video, face = ([round(time[name] - begin, 1) for time in times] for name in ("video", "face"))
    return video, face
