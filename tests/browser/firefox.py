"""A real Firefox, driven through Marionette, which is built into it; Playwright drives only a Firefox of its own."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2
import numpy as np
from marionette_driver.errors import MarionetteException
from marionette_driver.marionette import Marionette

from tests.browser.serving import free_port
from tests.browser.video import GIVE, GRAB, VIDEO, Mode
from tests.patience import PATIENCE, until

SIZE = (1280, 1000)
"""Of the window, pixels."""

PREFERENCES = {
    # The camera is Firefox's fake one, which shows a colour; nobody is asked for it.
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
}

ALL = """const all = (selector, root = document) => [
    ...root.querySelectorAll(selector),
    ...[...root.querySelectorAll('*')].flatMap(node => node.shadowRoot ? all(selector, node.shadowRoot) : []),
];
"""
"""Finds elements in shadow trees, too."""

BUTTON = "return all('button').find(button => button.textContent.trim().startsWith(arguments[0]))"

CHOOSE = """for (const list of all('select'))
    for (const option of list.options)
        if (option.value === arguments[0]) {
            list.value = option.value;
            list.dispatchEvent(new Event('change', { bubbles: true }));
            return true;
        }
return false;
"""

SHOWN = f"""const done = arguments[arguments.length - 1];
const video = all('{VIDEO}')[0];
if (!video) done(null);
else ({GRAB})(video).then(done, () => done(null));
"""

CAMERA = """const picture = new Image();
picture.src = arguments[0];
const canvas = document.createElement('canvas');
[canvas.width, canvas.height] = [arguments[1], arguments[2]];
const pen = canvas.getContext('2d');
setInterval(() => pen.drawImage(picture, 0, 0), 1000 / 30);
navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(30);
"""


class Firefox:
    """One window of Firefox, as a context manager."""

    def __init__(self, binary: str, downloads: Path) -> None:
        """Start it without a display.

        Args:
            binary: path of Firefox.
            downloads: folder for the files that it saves, and for its log.
        """
        saving = {"browser.download.folderList": 2, "browser.download.dir": str(downloads)}
        # Named, as a path may be a script that starts it.
        self._client = Marionette(
            port=free_port(),
            bin=binary,
            app="fxdesktop",
            # A file there; one that exists would be removed first, even a device.
            gecko_log=str(downloads),
            headless=True,
            prefs=PREFERENCES | saving,
            startup_timeout=PATIENCE,
        )
        self._client.start_session()
        self._client.timeout.script = self._client.timeout.page_load = PATIENCE
        self._client.set_window_rect(width=SIZE[0], height=SIZE[1])

    def __enter__(self) -> Firefox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.quit(in_app=False)
        self._client.cleanup()

    def goto(self, url: str) -> None:
        """Open a page."""
        self._client.navigate(url)

    def reload(self) -> None:
        """Reload the page."""
        self._client.refresh()

    def show(self, picture: np.ndarray) -> None:
        """Let this page's camera show a picture, RGB uint8 (height, width, 3)."""
        encoded = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1]
        url = "data:image/png;base64," + base64.b64encode(encoded.tobytes()).decode()
        self._run_within(CAMERA, url, picture.shape[1], picture.shape[0])

    def press(self, name: str) -> None:
        """Press a button whose text begins so, once it is there."""
        until(lambda: self._press(name), f"a button {name}")

    def choose(self, value: str) -> None:
        """Choose the option with this value, once a list has it."""
        until(lambda: bool(self._run(CHOOSE, value)), f"an option {value}")

    def drop(self, path: Path) -> None:
        """Drop a picture on the page, as from a file manager."""
        data = base64.b64encode(path.read_bytes()).decode()
        self._run_within(f"return ({GIVE})(arguments[0])", ["drop", path.name, data])

    def texts(self, selector: str) -> list[str]:
        """Return what the elements of a selector say."""
        texts: list[str] = self._run("return all(arguments[0]).map(node => node.innerText ?? '')", selector)
        return texts

    def wait_for(self, selector: str, is_wanted: Callable[[str], object], description: str) -> None:
        """Wait until an element of a selector says what is wanted."""
        until(lambda: any(is_wanted(text) for text in self.texts(selector)), description)

    def start(self, source: str, mode: Mode) -> None:
        """Press START. source: camera or demo. mode: who draws."""
        self.choose(source)
        self.choose(mode)
        self.press("START")

    def stop(self) -> None:
        """Press STOP and wait until START is back."""
        self.press("STOP")
        self.wait_for("button", lambda text: text.strip() == "START", "START")

    def grab(self) -> np.ndarray | None:
        """Return the picture that is shown now, in the video's own size, RGB uint8; None while there is none."""
        url = self._client.execute_async_script(ALL + SHOWN)
        if url is None:
            return None
        picture = cv2.imdecode(np.frombuffer(base64.b64decode(url.split(",", 1)[1]), np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)

    def screenshot(self, path: Path) -> None:
        """Save what the window shows as PNG."""
        path.write_bytes(base64.b64decode(self._client.screenshot(full=False)))

    def _press(self, name: str) -> bool:
        try:
            button = self._run(BUTTON, name)
            if button is not None:
                button.click()
        except MarionetteException:
            # The page was just drawn anew.
            return False
        return button is not None

    def _run(self, script: str, *values: object) -> Any:
        return self._client.execute_script(ALL + script, list(values))

    def _run_within(self, script: str, *values: object) -> Any:
        """Run a script whose changes the page sees; others run beside it."""
        return self._client.execute_script(script, list(values), sandbox=None, new_sandbox=False)
