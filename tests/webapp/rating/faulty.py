"""A worker that can also do what a file might make it do.

python -m tests.webapp.rating.faulty
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

from webapp.rating import worker
from webapp.rating.jobs import JOBS, Job
from webapp.rating.wire import Message
from webapp.rating.workbench import Workbench


def sleep(bench: Workbench, _header: dict[str, Any], _blobs: tuple[bytes, ...]) -> Message:
    """Hang while a file is opened, without using the processor."""
    with bench.opening():
        time.sleep(60)
    return Message({})


def burn(bench: Workbench, _header: dict[str, Any], _blobs: tuple[bytes, ...]) -> Message:
    """Never be done with a file."""
    with bench.opening():
        while True:
            pass


def grow(bench: Workbench, _header: dict[str, Any], _blobs: tuple[bytes, ...]) -> Message:
    """Take more memory for a file than there may be."""
    with bench.opening():
        return Message({"size": len(bytearray(1_000_000_000))})


def work(_bench: Workbench, _header: dict[str, Any], _blobs: tuple[bytes, ...]) -> Message:
    """Never be done with what comes after."""
    time.sleep(60)
    return Message({})


def die(bench: Workbench, header: dict[str, Any], _blobs: tuple[bytes, ...]) -> Message:
    """End as a crash or the system would end it."""
    if header["opening"]:
        with bench.opening():
            os.kill(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
    return Message({})


def fail(_bench: Workbench, header: dict[str, Any], _blobs: tuple[bytes, ...]) -> Message:
    """Hit a fault of ours."""
    raise RuntimeError(header["secret"])


def lie(_bench: Workbench, header: dict[str, Any], _blobs: tuple[bytes, ...]) -> Message:
    """Answer what no worker of ours answers."""
    return Message(header["answer"])


def told(bench: Workbench, _header: dict[str, Any], _blobs: tuple[bytes, ...]) -> Message:
    """What this process has, knows and may do."""
    return Message(
        {
            "pid": os.getpid(),
            "modules": [name for name in sys.modules if "." not in name],
            "environment": list(os.environ),
            "settings": bench.settings.model_dump(mode="json", exclude={"ice_servers"}),
            "archives": sorted(bench.archives),
        }
    )


def write(_bench: Workbench, header: dict[str, Any], _blobs: tuple[bytes, ...]) -> Message:
    """Write a file."""
    try:
        with open(header["path"], "wb") as file:
            file.write(b"pixels")
    except OSError:
        return Message({"written": False})
    return Message({"written": True})


FAULTS: dict[str, Job] = {
    "sleep": sleep,
    "burn": burn,
    "grow": grow,
    "work": work,
    "die": die,
    "fail": fail,
    "lie": lie,
    "told": told,
    "write": write,
}

if __name__ == "__main__":
    JOBS.update(FAULTS)
    worker.main()
