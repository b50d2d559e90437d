"""Landlock: the kernel keeps a process to a list of folders that it may read, away from other processes, and off the
network. What it asks of the kernel is in include/uapi/linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from pathlib import Path

CREATE, ADD_RULE, RESTRICT = 444, 445, 446
"""Numbers of the calls, the same on all machines."""

NO_NEW_PRIVILEGES = 38
VERSION = 1
"""Flag that asks for the version of the interface."""
BENEATH = 1
"""Kind of a rule: a folder and all in it, or a file."""

READ_FILE, READ_FOLDER = 1 << 2, 1 << 3
FILES = {1: 13, 2: 14, 3: 15, 5: 16}
"""How many things may be forbidden with files, by the version from which on: run, write, read, remove, make, ..."""
NETWORK = {4: 2}
"""With TCP: bind, connect."""
PROCESSES = {6: 2}
"""With processes outside: abstract Unix sockets, signals."""

WITH_NETWORK = 4
"""Versions from this on keep a process off the network."""


def _all(known: dict[int, int], version: int) -> int:
    """Bits of everything that a version can forbid."""
    counts = [count for since, count in known.items() if since <= version]
    return (1 << max(counts, default=0)) - 1


def restrict(libc: ctypes.CDLL, readable: Iterable[Path]) -> int:
    """Let this thread, and those it starts, read these files and folders and do nothing else with any; for good.

    Args:
        libc: opened with `use_errno`.
        readable: those that are not there are passed over.

    Returns:
        The version of the kernel's interface; 0 where there is none, or it refused.
    """
    number = ctypes.c_long
    version = int(libc.syscall(number(CREATE), None, number(0), number(VERSION)))
    if version < 1:
        return 0
    rules = struct.pack("=QQQ", _all(FILES, version), _all(NETWORK, version), _all(PROCESSES, version))
    # Older kernels know the beginning only, and take the rest where it is zero.
    ruleset = int(libc.syscall(number(CREATE), rules, number(len(rules)), number(0)))
    if ruleset < 0:
        return 0
    try:
        for path in readable:
            _allow(libc, ruleset, path)
        libc.prctl(NO_NEW_PRIVILEGES, *map(ctypes.c_ulong, (1, 0, 0, 0)))
        return version if libc.syscall(number(RESTRICT), number(ruleset), number(0)) == 0 else 0
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = READ_FILE | READ_FOLDER if stat.S_ISDIR(os.fstat(place).st_mode) else READ_FILE
        rule = struct.pack("=Qi", rights, place)
        number = ctypes.c_long
        libc.syscall(number(ADD_RULE), number(ruleset), number(BENEATH), rule, number(0))
    finally:
        os.close(place)
