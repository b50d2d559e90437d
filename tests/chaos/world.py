"""The environment of a seed: one server, or two replicas behind the proxy, and everything they need.

Nothing outside a temporary folder is modified; the weights are symbolic links, and the file that is damaged is a copy.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
import urllib.parse
from contextlib import ExitStack
from pathlib import Path

from aiortc import RTCConfiguration, RTCIceServer
from aiortc.rtcconfiguration import RTCIceTransportPolicy

from core.settings import ROOT
from tests.browser.serving import free_port
from tests.browser.turn import Turn, turn_server
from tests.chaos.app_process import AppProcess
from tests.chaos.health import Prober, ask_health
from tests.chaos.machine import MemoryGroup, small_disk
from tests.chaos.plan import Plan
from tests.chaos.requests import PICTURE, ask
from tests.chaos.watcher import Watcher
from tests.live.link import Link
from tests.patience import until
from tests.scale.replicas import proxy
from webapp.api.keys import new_key

DIRECT, LINKED, RELAYED = "direct", "linked", "relayed"
"""Viewers: one whose video is drawn by the server; one that draws itself, over a path that may fail; or, if there is a
TURN server, one connected only through that instead."""
PASSWORD = "correct horse battery"
SHIFTED = ROOT / "tests" / "chaos" / "shifted"
"""Code that shifts a server's clock."""
STRUCK = "faceres.tflite"
"""The model file that is damaged: the default classifier's."""


class World:
    """The environment of a seed, as a context manager: running inside, removed afterwards.

    Attributes:
        apps: the servers, by the proxy's names for them; a single one is "a".
        url: address for viewers and programs.
        link: network path of the viewer named LINKED.
        cookie: of a client who signed in before any fault.
        key: API key created before any fault.
        watchers: the live viewers, by name.
        probers: health pollers of each server, by name.
        group: control group of the servers; None if no fault needs one.
        disk: folder of home, temporary files and logs; a separate disk if a fault fills it.
    """

    def __init__(self, plan: Plan, closed: bool = True) -> None:
        """Prepare the environment.

        Args:
            plan: of the seed.
            closed: whether the page requires a password.
        """
        self.plan = plan
        self.apps: dict[str, AppProcess] = {}
        self.link = Link()
        self.cookie = ""
        self.watchers: dict[str, Watcher] = {}
        self.probers: dict[str, Prober] = {}
        self.group: MemoryGroup | None = None
        self._closed = closed
        self._stack = ExitStack()
        self._turn: ExitStack | None = None
        self._turn_port = free_port()
        self._turn_at: Turn | None = None
        self.key, self._entry = new_key("chaos", 6000)

    def __enter__(self) -> World:
        with self._stack:
            self._build()
            # Everything is running; __exit__ takes it down.
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def app(self) -> AppProcess:
        """The server that faults affect."""
        return self.apps["a"]

    @property
    def everybody(self) -> frozenset[str]:
        """The names of all viewers."""
        return frozenset(self.watchers)

    def struck_with_the_first(self) -> frozenset[str]:
        """The viewers on the first replica."""
        return frozenset(name for name, watcher in self.watchers.items() if watcher.replica() == "a")

    def set_clock(self, shift: int) -> None:
        """Shift the servers' wall clock by this many seconds from now on; 0 restores it."""
        new = self._clock.with_suffix(".new")
        new.write_text(f"{shift}\n")
        new.replace(self._clock)

    def stop_turn(self) -> None:
        """Stop the TURN server."""
        if self._turn is not None:
            self._turn.close()
            self._turn = None

    def start_turn(self) -> None:
        """Start it on the same port."""
        self._turn = ExitStack()
        self._turn_at = self._turn.enter_context(turn_server(self._turn_port))

    def break_weights(self) -> None:
        """Truncate a model file in place."""
        os.truncate(self._weights / STRUCK, 1000)

    def restore_weights(self) -> None:
        """Restore it in place."""
        (self._weights / STRUCK).write_bytes((ROOT / "weights" / STRUCK).read_bytes())

    def files(self) -> list[str]:
        """Return the files on the servers' disk, except their logs."""
        paths = (path for path in self.disk.rglob("*") if path.is_file() and path.suffix != ".log")
        return sorted(str(path.relative_to(self.disk)) for path in paths)

    def signs_in(self) -> str:
        """Sign in and return the new session's cookie; "" on failure."""
        form = urllib.parse.urlencode({"password": PASSWORD}).encode()
        answer = ask(self.url, "/sign-in", form, {"Content-Type": "application/x-www-form-urlencoded"})
        return next((cookie for cookie in answer.cookies if cookie.startswith("fairest_pass=")), "")

    def warm_up(self) -> None:
        """Return when a photo has been rated."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "image/jpeg"}
        body = PICTURE.read_bytes()
        until(lambda: ask(self.url, "/v1/rate", body, headers).status == 200, "a photo that is rated")

    def cookie_is_good(self) -> bool:
        """Return whether the initial session is still valid."""
        return ask(self.url, "/", b"", {"Cookie": self.cookie, "Accept": "text/html"}, "GET").status == 200

    def key_is_good(self) -> bool:
        """Return whether the key is still valid."""
        return ask(self.url, "/v1/models", b"", {"Authorization": f"Bearer {self.key}"}, "GET").status == 200

    def _build(self) -> None:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="fairest-chaos-")))
        self.disk, self._weights, self._clock = folder / "disk", folder / "weights", folder / "clock"
        self.disk.mkdir()
        if self.plan.has("disk full"):
            self._stack.enter_context(small_disk(self.disk))
        for name in ("home", "tmp"):
            (self.disk / name).mkdir()
        _link_weights(self._weights)
        if self.plan.has("server short of memory"):
            self.group = MemoryGroup()
            self._stack.callback(self.group.close)
        if self.plan.has("TURN server gone"):
            self.start_turn()
            self._stack.callback(self.stop_turn)
        environment = self._environment()
        names = ("a", "b") if self.plan.world == "two" else ("a",)
        for name in names:
            log = self.disk / f"{name}.log"
            app = AppProcess(log, environment, self.group.add if self.group is not None else None)
            self.apps[name] = app
            app.start()
            self._stack.callback(app.stop)
        for name, app in self.apps.items():
            until(lambda app=app: ask_health(app.url).status == 200, "a server that is ready")  # type: ignore[misc]
            self.probers[name] = prober = Prober(app.url)
            prober.start()
            self._stack.callback(prober.stop)
        hosts = [app.url.removeprefix("http://") for app in self.apps.values()]
        self.url = self._stack.enter_context(proxy(*hosts)) if len(hosts) > 1 else self.app.url
        self.cookie = self.signs_in() if self._closed else ""
        self._make_watchers()

    def _environment(self) -> dict[str, str]:
        entry = self._entry.model_dump() | {"hash": self._entry.hash.get_secret_value()}
        environment = {
            "HOME": str(self.disk / "home"),
            "TMPDIR": str(self.disk / "tmp"),
            "FAIREST_WEIGHTS_DIR": str(self._weights),
            "FAIREST_API_KEYS": json.dumps([entry]),
            "FAIREST_MAX_VIEWERS": "6",
            "FAIREST_PHOTOS_PER_MINUTE": "6000",
        }
        if self._closed:
            environment |= {"FAIREST_PASSWORD": PASSWORD, "FAIREST_SECRET": secrets.token_urlsafe(32)}
        if self.plan.world == "two":
            environment["FAIREST_TRUSTED_PROXIES"] = "1"
        if self._turn_at is not None:
            environment["FAIREST_ICE_SERVERS"] = self._turn_at.setting()
        if any(step.fault.startswith("clock") for step in self.plan.steps):
            self.set_clock(0)
            environment |= {"PYTHONPATH": str(SHIFTED), "CHAOS_CLOCK": str(self._clock)}
        return environment

    def _make_watchers(self) -> None:
        two = self.plan.world == "two"
        cookies = [f"{self.cookie}; fairest_replica={name}" if two else self.cookie for name in ("a", "b")]
        self.watchers[DIRECT] = Watcher(DIRECT, self.url, "drawn", cookies[0])
        if self._turn_at is None:
            self.watchers[LINKED] = Watcher(LINKED, self.url, "overlay", cookies[1], self.link)
            return
        (server,) = json.loads(self._turn_at.setting())
        ice = RTCConfiguration([RTCIceServer(**server)], iceTransportPolicy=RTCIceTransportPolicy.RELAY)
        self.watchers[RELAYED] = Watcher(RELAYED, self.url, "overlay", cookies[1], ice=ice)


def _link_weights(folder: Path) -> None:
    """Link the shipped weights, but copy the file that may be damaged."""
    folder.mkdir()
    for path in (ROOT / "weights").iterdir():
        if path.name == STRUCK:
            shutil.copyfile(path, folder / path.name)
        elif path.is_file():
            (folder / path.name).symlink_to(path)
