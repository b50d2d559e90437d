"""Confine a worker to its task, whatever an untrusted file has made of it.

It may read libraries and models, and communicate with the server that started it. Linux provides the means; elsewhere,
and on old kernels, the server's log says what is missing.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from core.settings import INSTALLED, ROOT
from webapp.sandbox import landlock, seccomp

DUMPABLE = 4
"""PR_SET_DUMPABLE."""
CAPABILITIES = 0x20080522
"""The version of capget and capset with 64 capabilities."""
READ_SEARCH = 1 << 2
"""CAP_DAC_READ_SEARCH: root keeps access to files of other owners, as the project's may be."""

FILTER, FOLDERS, NETWORK = "filter", "folders", "network"

LACKING: Mapping[str, str] = {
    FILTER: "no filter of system calls (seccomp): it might change files, connect, and run programs",
    FOLDERS: "no Landlock: it might read whatever the server's user may",
    NETWORK: "no rules for the network in Landlock: the filter of system calls alone keeps it from connecting",
}
"""What a system may lack, and the consequence."""

SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/gnu/store"),
    *("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo"),
    # This exposes other processes' names; their memory and environment remain inaccessible.
    "/proc",
    *("/sys/devices/system", "/sys/fs/cgroup", "/sys/kernel/mm/transparent_hugepage"),
    *("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"),
)
"""System files that libraries read."""


def hide() -> bool:
    """Protect this process's environment and memory from other processes of the same user, and from core dumps.

    Returns False if the system does not support it. A process that may debug any other (root with full capabilities)
    still has access.
    """
    libc = _libc()
    return libc is not None and libc.prctl(DUMPABLE, *map(ctypes.c_ulong, (0, 0, 0, 0))) == 0


def confine(models: Path) -> tuple[str, ...]:
    """Restrict this process permanently to reading libraries and models. Call it before any threads exist.

    Args:
        models: folder of the models.

    Returns:
        The protections that the system lacks: keys of LACKING.
    """
    hide()
    libc = _libc()
    if libc is None:
        return FILTER, FOLDERS
    _give_up_rights(libc)
    version = landlock.restrict(libc, readable(models))
    lacking = [FOLDERS] if version == 0 else [NETWORK] if version < landlock.WITH_NETWORK else []
    # Last, because the filter blocks the other steps, too.
    return (*([] if seccomp.install(libc) else [FILTER]), *lacking)


def readable(models: Path) -> list[Path]:
    """Return the paths that a worker may read, excluding settings and keys next to the program.

    Args:
        models: folder of the models.
    """
    python = [Path(prefix) / name for prefix in (sys.prefix, sys.base_prefix) for name in ("lib", "lib64")]
    packages = [Path(path) for path in (*sysconfig.get_paths().values(), *sys.path) if path]
    libraries = [Path(path) for path in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if path]
    linked = [file.resolve() for file in models.rglob("*") if file.is_symlink()]
    required = [*python, *packages, *libraries]
    if not INSTALLED:
        # Settings and keys lie next to the project's packages.
        own_packages = [package.parent for package in ROOT.glob("*/__init__.py")]
        required = [*(path for path in required if not ROOT.is_relative_to(path.resolve())), *own_packages]
    return [*map(Path, SYSTEM), *required, models, *linked]


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None


def _give_up_rights(libc: ctypes.CDLL) -> None:
    """Drop root's capabilities: above all, that of inspecting any process."""
    header = struct.pack("=Ii", CAPABILITIES, 0)
    capabilities = ctypes.create_string_buffer(24)
    if libc.capget(header, capabilities):
        return
    permitted = struct.unpack("=6I", capabilities.raw)[1]
    kept = permitted & READ_SEARCH
    libc.capset(header, struct.pack("=6I", kept, kept, 0, 0, 0, 0))
