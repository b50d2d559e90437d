"""A worker that can also do what a file might make it do.

python -m tests.webapp.sandbox.faulty
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from webapp.sandbox import worker
from webapp.sandbox.jobs import JOBS, Job
from webapp.sandbox.wire import Message
from webapp.sandbox.workbench import Workbench

if sys.platform != "win32":
    import fcntl
    import resource


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


def state(bench: Workbench, _header: dict[str, Any], _blobs: tuple[bytes, ...]) -> Message:
    """What this process has, knows and may do."""
    return Message(
        {
            "pid": os.getpid(),
            "modules": [name for name in sys.modules if "." not in name],
            "environment": list(os.environ),
            "settings": bench.settings.model_dump(mode="json"),
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


def connect(kind: socket.SocketKind, address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET, kind) as line:
        line.connect(address)


def bind() -> None:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))


def into(folder: Path, port: int) -> dict[str, Callable[[], object]]:
    """What a file that took the process over might do next, by name.

    Args:
        folder: holds `file` and `settings`.
        port: of 127.0.0.1, where somebody listens.
    """
    server, file = os.getppid(), str(folder / "file")
    return {
        "read the server's variables": Path(f"/proc/{server}/environ").read_bytes,
        "read anybody's variables": Path("/proc/1/environ").read_bytes,
        "read the server's memory": lambda: open(f"/proc/{server}/mem", "rb").close(),
        "look at the server's files": lambda: os.readlink(f"/proc/{server}/fd/0"),
        "go through the server's root": lambda: os.listdir(f"/proc/{server}/root/"),
        "read the settings": (folder / "settings").read_bytes,
        "read of other users": Path("/etc/passwd").read_bytes,
        "look around": lambda: os.listdir(folder),
        "write": lambda: open(file, "wb").close(),
        "append": lambda: open(file, "ab").close(),
        "open for both": lambda: open(file, "r+b").close(),
        "make": lambda: os.close(os.open(f"{file}.new", os.O_CREAT | os.O_RDONLY)),
        "make without a name": lambda: os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR)),
        "empty as it is opened": lambda: os.close(os.open(file, os.O_RDONLY | os.O_TRUNC)),
        "truncate": lambda: os.truncate(file, 0),
        "remove": lambda: os.unlink(file),
        "remove a folder": lambda: os.rmdir(folder / "empty"),
        "rename": lambda: os.rename(file, f"{file}.other"),
        "replace": lambda: os.replace(folder / "settings", file),
        "link": lambda: os.link(file, f"{file}.link"),
        "link by name": lambda: os.symlink(file, f"{file}.link"),
        "make a folder": lambda: os.mkdir(f"{file}.folder"),
        "make a pipe": lambda: os.mkfifo(f"{file}.pipe"),
        "change the rights": lambda: os.chmod(file, 0o666),
        "change the owner": lambda: os.chown(file, 65534, 65534),
        "change the time": lambda: os.utime(file, (0, 0)),
        "mark": lambda: os.setxattr(file, "user.mark", b"1"),
        "connect by TCP": lambda: connect(socket.SOCK_STREAM, ("127.0.0.1", port)),
        "connect by UDP": lambda: connect(socket.SOCK_DGRAM, ("127.0.0.1", port)),
        "connect by name": lambda: socket.socket(socket.AF_UNIX).connect(str(folder / "socket")),
        "listen": bind,
        "run a program": lambda: subprocess.run(["/bin/true"], check=True),
        "become a program": lambda: os.execv("/bin/true", ["true"]),
        "fork": os.fork,
        "end the server": lambda: os.kill(server, signal.SIGTERM),
        "end all": lambda: os.kill(-1, 0),
        "limit the server": lambda: resource.prlimit(server, resource.RLIMIT_CORE),
        "slow the server": lambda: os.setpriority(os.PRIO_PROCESS, server, 19),
        "pin the server": lambda: os.sched_setaffinity(server, {0}),
        "signal the server by a pipe": lambda: fcntl.fcntl(0, fcntl.F_SETOWN, server),
    }


def attempt(_bench: Workbench, header: dict[str, Any], _blobs: tuple[bytes, ...]) -> Message:
    """Try all of that: the name of the error for each, or nothing where it was done."""
    errors: dict[str, str | None] = {}
    for name, action in into(Path(header["folder"]), header["port"]).items():
        try:
            action()
        except OSError as error:
            errors[name] = errno.errorcode[error.errno or 0]
        else:
            errors[name] = None
    return Message({"came": errors})


def threads(_bench: Workbench, _header: dict[str, Any], _blobs: tuple[bytes, ...]) -> Message:
    """What the kernel says of each of the process' threads."""
    statuses = [
        dict(line.split(":", 1) for line in (task / "status").read_text().splitlines())
        for task in Path("/proc/self/task").iterdir()
    ]
    return Message({"threads": [{name: value.strip() for name, value in status.items()} for status in statuses]})


FAULTS: dict[str, Job] = {
    "sleep": sleep,
    "burn": burn,
    "grow": grow,
    "work": work,
    "die": die,
    "fail": fail,
    "lie": lie,
    "state": state,
    "write": write,
    "attempt": attempt,
    "threads": threads,
}

if __name__ == "__main__":
    JOBS.update(FAULTS)
    worker.main()
