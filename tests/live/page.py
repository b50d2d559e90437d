"""The page without a browser: a client of Streamlit's WebSocket protocol."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.live.tree import Node, Tree
from tests.patience import PATIENCE

COMPONENT = "streamlit_webrtc.component.webrtc_streamer"
PLAYER = "fairest_live"
"""The live page's component."""
PICKER = "fairest_picker"
"""The photos page's component."""


@dataclass(frozen=True)
class Component:
    """The WebRTC component after the latest run: its widget id, its fragment ("" for none) and its arguments."""

    id: str
    fragment_id: str
    args: dict[str, Any]

    @property
    def answer(self) -> dict[str, str] | None:
        """The server's SDP answer, {"sdp", "type"}; None while there is none."""
        answer: dict[str, str] | None = json.loads(self.args.get("sdp_answer_json") or "null")
        return answer


class Page:
    """One tab: a WebSocket session, its elements and its widgets' values.

    Args:
        url: the app's URL, without a trailing slash.
        name: of the page, as in its URL; empty for the first one.
        cookie: sent with requests.
    """

    def __init__(self, url: str, name: str = "", cookie: str = "") -> None:
        self._url = url
        self._name = name
        self._cookie = cookie
        self._tree = Tree()
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._repeats: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._widgets: dict[str, WidgetState] = {}
        self._page_hash = ""
        self._news = asyncio.Event()

    async def open(self) -> None:
        """Connect and start the script; returns before it has run."""
        self._socket = await connect(
            f"{self._url.replace('http', 'ws', 1)}/_stcore/stream",
            origin=self._url,  # type: ignore[arg-type]
            subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN"],  # type: ignore[list-item]
            max_size=None,
            ping_interval=None,
            proxy=None,
            additional_headers={"Cookie": self._cookie} if self._cookie else None,
        )
        self._reader = asyncio.create_task(self._read(self._socket))
        await self._rerun()

    async def close(self) -> None:
        """Close the tab cleanly."""
        await self._end()
        if self._socket is not None:
            await self._socket.close()

    async def vanish(self) -> None:
        """Drop the socket without a closing frame."""
        if self._socket is not None:
            self._socket.transport.abort()
        await self._end()

    @property
    def alive(self) -> bool:
        """Whether the WebSocket is open."""
        return self._reader is not None and not self._reader.done()

    def texts(self) -> list[str]:
        """Return the current alerts, markdown, captions, headings and exceptions, top to bottom."""
        return self._tree.texts()

    def metrics(self) -> dict[str, str]:
        """Return the label and value of each metric shown."""
        return self._tree.metrics()

    @property
    def component(self) -> Component | None:
        """The WebRTC component, if the page shows it."""
        for node in self._tree.nodes():
            instance = node.element.component_instance
            if instance.component_name == COMPONENT:
                return Component(instance.id, node.fragment_id, json.loads(instance.json_args))
        return None

    def data(self, component: str) -> dict[str, Any] | None:
        """Return the data of one of the app's own components; None while the page does not show it."""
        for node in self._tree.nodes():
            element = node.element.bidi_component
            if element.component_name == component:
                content: dict[str, Any] = json.loads(element.json)
                return content
        return None

    @property
    def has_player(self) -> bool:
        """Whether the page shows the live component, and with it START."""
        return any(node.element.bidi_component.component_name == PLAYER for node in self._tree.nodes())

    @property
    def intake(self) -> str:
        """The path to which the photos page's picker uploads; "" if there is none."""
        for node in self._tree.nodes():
            if node.element.bidi_component.component_name == PICKER:
                return str(json.loads(node.element.bidi_component.json)["url"])
        return ""

    @property
    def pictures(self) -> list[str]:
        """Return the paths of the pictures shown, top to bottom."""
        return [image.url for node in self._tree.nodes() for image in node.element.imgs.imgs]

    @property
    def has_start(self) -> bool:
        """Whether a stream can be started."""
        return self.has_player or self.component is not None

    async def rerun(self) -> None:
        """Rerun the script, as a component with new data does."""
        await self._rerun()

    def buttons(self, label: str) -> list[Node]:
        """Return the buttons with a label, top to bottom."""
        return [node for node in self._tree.nodes() if node.element.button.label == label]

    async def press(self, label: str) -> None:
        """Press the first button with a label.

        Raises:
            LookupError: the page shows none.
        """
        buttons = self.buttons(label)
        if not buttons:
            raise LookupError(f"the page shows no button {label!r} but {self.texts()}")
        await self._rerun(buttons[0].fragment_id, pressed=buttons[0].element.button.id)

    async def set_component(self, value: dict[str, Any]) -> None:
        """Set the component's value as its frontend would, which reruns the script or the component's fragment.

        Raises:
            LookupError: the page shows no component.
        """
        component = self.component
        if component is None:
            raise LookupError(f"the page shows no WebRTC component but {self.texts()}")
        self._widgets[component.id] = WidgetState(id=component.id, json_value=json.dumps(value))
        await self._rerun(component.fragment_id)

    async def until(self, condition: Callable[[], bool], description: str, timeout: float = PATIENCE) -> None:
        """Wait until a condition on the page is true.

        Args:
            condition: evaluated after each message from the server.
            description: of the condition, for the error.
            timeout: seconds.

        Raises:
            TimeoutError: it did not become true in time, or the server closed the connection.
        """
        try:
            async with asyncio.timeout(timeout):
                while not condition():
                    if not self.alive:
                        raise TimeoutError("the server closed the WebSocket")
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError as error:
            raise TimeoutError(f"waited for {description}; the page says {self.texts()}") from error

    async def _end(self) -> None:
        tasks = self._stop_repeats()
        if self._reader is not None:
            self._reader.cancel()
            tasks.append(self._reader)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for data in socket:
                assert isinstance(data, bytes)
                self._take(ForwardMsg.FromString(data))
                self._news.set()
        except ConnectionClosed:
            pass
        finally:
            self._news.set()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            run = message.metadata.run
            self._tree.begin(run.script_run_id, list(run.fragment_ids))
            self._page_hash = message.new_session.page_script_hash
            if not run.fragment_ids:
                self._stop_repeats()
        elif kind == "navigation":
            self._page_hash = message.navigation.page_script_hash
        elif kind == "delta":
            self._tree.apply(tuple(message.metadata.delta_path), message.delta)
        elif kind == "script_finished":
            if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self._tree.finish()
        elif kind == "auto_rerun":
            self._repeat(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for fragment_id in message.stop_auto_rerun.fragment_ids:
                self._stop_repeat(fragment_id)

    def _repeat(self, fragment_id: str, interval: float) -> None:
        """Rerun a fragment periodically from now on."""
        repeat = self._repeats.get(fragment_id)
        if repeat is not None and repeat[0] == interval:
            return
        self._stop_repeat(fragment_id)

        async def again() -> None:
            while True:
                await asyncio.sleep(interval)
                await self._rerun(fragment_id, auto=True)

        self._repeats[fragment_id] = interval, asyncio.create_task(again())

    def _stop_repeat(self, fragment_id: str) -> None:
        repeat = self._repeats.pop(fragment_id, None)
        if repeat is not None:
            repeat[1].cancel()

    def _stop_repeats(self) -> list[asyncio.Task[None]]:
        """Cancel all periodic reruns and return their tasks."""
        tasks = [task for _, task in self._repeats.values()]
        self._repeats.clear()
        for task in tasks:
            task.cancel()
        return tasks

    async def _rerun(self, fragment_id: str = "", auto: bool = False, pressed: str = "") -> None:
        message = BackMsg()
        state = message.rerun_script
        state.page_script_hash = self._page_hash
        if not self._page_hash:
            state.page_name = self._name
        state.fragment_id = fragment_id
        state.is_auto_rerun = auto
        state.widget_states.widgets.extend(self._widgets.values())
        if pressed:
            state.widget_states.widgets.append(WidgetState(id=pressed, trigger_value=True))
        state.context_info.timezone = "UTC"
        state.context_info.locale = "en-US"
        state.context_info.url = f"{self._url}/{self._name}"
        state.context_info.color_scheme = "light"
        if self._socket is not None:
            try:
                await self._socket.send(message.SerializeToString())
            except ConnectionClosed:
                # `alive` reports it, and `until` raises.
                self._news.set()
