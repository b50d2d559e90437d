"""Landlock: have the kernel restrict a process to a list of readable folders, without network or other processes.

The interface is defined in include/uapi/linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from pathlib import Path

CREATE, ADD_RULE, RESTRICT = 444, 445, 446
"""System call numbers, the same on all architectures."""

NO_NEW_PRIVILEGES = 38
VERSION = 1
"""Flag that queries the interface version (ABI)."""
BENEATH = 1
"""Rule type: a file, or a folder with everything in it."""

READ_FILE, READ_FOLDER = 1 << 2, 1 << 3
FILES = {1: 13, 2: 14, 3: 15, 5: 16}
"""Number of file operations that can be forbidden, by the ABI version that introduced them: run, write, read, remove,
make, ..."""
NETWORK = {4: 2}
"""TCP operations: bind, connect."""
PROCESSES = {6: 2}
"""Interactions with processes outside: abstract Unix sockets, signals."""

WITH_NETWORK = 4
"""First ABI version that can restrict the network."""


def _all(counts_by_version: dict[int, int], version: int) -> int:
    """Return the bit mask of everything that an ABI version can forbid."""
    counts = [count for since, count in counts_by_version.items() if since <= version]
    return (1 << max(counts, default=0)) - 1


def restrict(libc: ctypes.CDLL, readable: Iterable[Path]) -> int:
    """Restrict this thread and its future threads permanently to reading these files and folders.

    Args:
        libc: opened with `use_errno`.
        readable: files and folders; missing ones are skipped.

    Returns:
        The kernel's ABI version; 0 if there is none, or it refused.
    """
    c_long = ctypes.c_long
    version = int(libc.syscall(c_long(CREATE), None, c_long(0), c_long(VERSION)))
    if version < 1:
        return 0
    rules = struct.pack("=QQQ", _all(FILES, version), _all(NETWORK, version), _all(PROCESSES, version))
    # Older kernels know only the first fields, and accept the rest if they are zero.
    ruleset = int(libc.syscall(c_long(CREATE), rules, c_long(len(rules)), c_long(0)))
    if ruleset < 0:
        return 0
    try:
        for path in readable:
            _allow(libc, ruleset, path)
        libc.prctl(NO_NEW_PRIVILEGES, *map(ctypes.c_ulong, (1, 0, 0, 0)))
        return version if libc.syscall(c_long(RESTRICT), c_long(ruleset), c_long(0)) == 0 else 0
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = READ_FILE | READ_FOLDER if stat.S_ISDIR(os.fstat(descriptor).st_mode) else READ_FILE
        rule = struct.pack("=Qi", rights, descriptor)
        c_long = ctypes.c_long
        libc.syscall(c_long(ADD_RULE), c_long(ruleset), c_long(BENEATH), rule, c_long(0))
    finally:
        os.close(descriptor)
