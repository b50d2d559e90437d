"""System call filter (seccomp) for the process that opens untrusted files: the kernel refuses the calls it never needs.

Refused are calls that change files or their names, open them for writing, create a connection or a process, run a
program, affect another process, or reach into the kernel. All others are allowed, so that future library versions work;
but calls newer than this list do not exist for the process, as on an older kernel.

Numbers are the kernel's own (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""Opcodes of classic BPF: load a word; jump if equal, if at least, if any bit is set; return."""

ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
"""Return values of a filter; REFUSE is combined with an errno."""

NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
"""Offsets in the kernel's `struct seccomp_data`; an argument takes 8 bytes, its low word first."""

UNIFIED = 424
"""From this number on, calls have the same number on all architectures."""

KNOWN_NEW = (436, 439, 441, 449, 453, 454, 455, 456, 462)
"""close_range, faccessat2, epoll_pwait2, futex_waitv, map_shadow_stack, futex_wake, futex_wait, futex_requeue, mseal.
Not clone3 and openat2, whose arguments a filter cannot inspect: libraries fall back to clone and openat."""

CLONE_THREAD = 0x10000
NO_NEW_PRIVILEGES, FILTER, ALL_THREADS = 38, 1, 1
"""PR_SET_NO_NEW_PRIVS, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC."""

O_TMPFILE = 0x400000
"""Its own bit only: os.O_TMPFILE includes O_DIRECTORY, with which folders are read."""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | O_TMPFILE

TERMINALS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""Harmless ioctl requests: TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX."""
SIGNALLING = (8, 10, 15, 1024, 1026)
"""fcntl commands that make the kernel signal another process: F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY."""


@dataclass(frozen=True, slots=True)
class Machine:
    """An architecture's calls.

    audit: its AUDIT_ARCH. seccomp: number of that call. refused: numbers refused whatever the arguments. looked_at:
    numbers by name of the calls whose arguments are inspected.
    """

    audit: int
    seccomp: int
    refused: tuple[int, ...]
    looked_at: Mapping[str, int]


MACHINES = {
    "x86_64": Machine(
        audit=0xC000003E,
        seccomp=317,
        refused=(
            # Files: truncate, ftruncate, rename, mkdir, rmdir, creat, link, unlink, symlink, chmod, fchmod, chown,
            # fchown, lchown, utime, mknod, utimes, futimesat, mkdirat, mknodat, fchownat, unlinkat, renameat, linkat,
            # symlinkat, fchmodat, utimensat, fallocate, renameat2, name_to_handle_at, open_by_handle_at.
            *(76, 77, 82, 83, 84, 85, 86, 87, 88, 90, 91, 92, 93, 94, 132, 133, 235, 261),
            *(258, 259, 260, 263, 264, 265, 266, 268, 280, 285, 316, 303, 304),
            # Extended attributes: set (3), remove (3).
            *(188, 189, 190, 197, 198, 199),
            # Sockets: all from socket to setsockopt except getsockname and getpeername; accept4, recvmmsg, sendmmsg.
            *(41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 53, 54, 288, 299, 307),
            # Processes: fork, vfork, execve, execveat, ptrace, process_vm_readv, process_vm_writev, kcmp, setpriority,
            # sched_setparam, sched_setscheduler, sched_setattr, ioprio_set, migrate_pages, move_pages, unshare, setns.
            *(57, 58, 59, 322, 101, 310, 311, 312, 141, 142, 144, 314, 251, 256, 279, 272, 308),
            # Inter-process communication, System V and POSIX: shm (3), sem (4), msg (4), mq_open, mq_unlink.
            *(29, 30, 31, 64, 65, 66, 220, 68, 69, 70, 71, 240, 241),
            # The system: mount, umount2, pivot_root, chroot, swapon, swapoff, quotactl, acct, reboot, sethostname,
            # setdomainname, settimeofday, clock_settime, adjtimex, clock_adjtime, syslog, iopl, ioperm, vhangup.
            *(165, 166, 155, 161, 167, 168, 179, 163, 169, 170, 171, 164, 227, 159, 305, 103, 172, 173, 153),
            # The kernel: bpf, perf_event_open, userfaultfd, add_key, request_key, keyctl, init_module, delete_module,
            # finit_module, kexec_load, kexec_file_load, fanotify_init, lookup_dcookie, modify_ldt, uselib.
            *(321, 298, 323, 248, 249, 250, 175, 176, 313, 246, 320, 300, 212, 154, 134),
        ),
        looked_at={
            **{"open": 2, "openat": 257, "clone": 56, "ioctl": 16, "fcntl": 72, "prlimit64": 302},
            **{"sched_setaffinity": 203, "kill": 62, "tkill": 200, "tgkill": 234},
            **{"rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297},
        },
    ),
    "aarch64": Machine(
        audit=0xC00000B7,
        seccomp=277,
        refused=(
            # As above, in the same order.
            *(45, 46, 33, 34, 35, 36, 37, 38, 52, 53, 54, 55, 88, 47, 276, 264, 265),
            *(5, 6, 7, 14, 15, 16),
            *(198, 199, 200, 201, 202, 203, 206, 207, 208, 210, 211, 212, 242, 243, 269),
            *(221, 281, 117, 270, 271, 272, 140, 118, 119, 274, 30, 238, 239, 97, 268),
            *(194, 195, 196, 190, 191, 192, 193, 186, 187, 188, 189, 180, 181),
            *(40, 39, 41, 51, 224, 225, 60, 89, 142, 161, 162, 170, 112, 171, 266, 116, 58),
            *(280, 241, 282, 217, 218, 219, 105, 106, 273, 104, 294, 262, 18),
        ),
        looked_at={
            **{"openat": 56, "clone": 220, "ioctl": 29, "fcntl": 25, "prlimit64": 261},
            **{"sched_setaffinity": 122, "kill": 129, "tkill": 130, "tgkill": 131},
            **{"rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240},
        },
    ),
}
"""By the system's name for the processor."""

Instruction = tuple[int, int, int, int]
"""Opcode; instructions to skip if a test is true, and if it is false; operand."""


def program(machine: Machine, pid: int) -> list[Instruction]:
    """Return the filter. pid: of this process, which may send signals only to itself."""
    refuse = REFUSE | errno.EPERM
    instructions = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, machine.audit),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        # Newer than this list, or of another calling convention (x32).
        (AT_LEAST, 0, len(KNOWN_NEW) + 2, UNIFIED),
        *((EQUAL, len(KNOWN_NEW) - index, 0, number) for index, number in enumerate(KNOWN_NEW)),
        (RETURN, 0, 0, REFUSE | errno.ENOSYS),
        (RETURN, 0, 0, ALLOW),
    ]
    for number in machine.refused:
        instructions += [(EQUAL, 0, 1, number), (RETURN, 0, 0, refuse)]
    own_pid, own_or_zero = (pid,), (0, pid)
    tests: dict[str, list[Instruction]] = {
        "open": list(_unless_any_bit(1, WRITING)),
        "openat": list(_unless_any_bit(2, WRITING)),
        "clone": [(LOAD, 0, 0, ARGUMENTS), (ANY_BIT, 1, 0, CLONE_THREAD), (RETURN, 0, 0, refuse)],
        "ioctl": list(_only(1, TERMINALS, REFUSE | errno.ENOTTY)),
        "fcntl": list(_none_of(1, SIGNALLING)),
        "prlimit64": list(_only(0, own_or_zero, refuse)),
        "sched_setaffinity": list(_only(0, own_or_zero, refuse)),
    }
    for name, number in machine.looked_at.items():
        test = tests.get(name) or list(_only(0, own_pid, refuse))
        instructions += [(EQUAL, 0, len(test) + 1, number), *test, (RETURN, 0, 0, ALLOW)]
    return [*instructions, (RETURN, 0, 0, ALLOW)]


def _argument(index: int) -> Instruction:
    return LOAD, 0, 0, ARGUMENTS + 8 * index


def _unless_any_bit(index: int, bits: int) -> Iterator[Instruction]:
    yield _argument(index)
    yield ANY_BIT, 0, 1, bits
    yield RETURN, 0, 0, REFUSE | errno.EPERM


def _only(index: int, values: tuple[int, ...], otherwise: int) -> Iterator[Instruction]:
    yield _argument(index)
    for position, value in enumerate(values):
        yield EQUAL, len(values) - position, 0, value
    yield RETURN, 0, 0, otherwise


def _none_of(index: int, values: tuple[int, ...]) -> Iterator[Instruction]:
    yield _argument(index)
    for position, value in enumerate(values):
        yield EQUAL, len(values) - position, 0, value
    yield RETURN, 0, 0, ALLOW
    yield RETURN, 0, 0, REFUSE | errno.EPERM


class _Program(ctypes.Structure):
    """The kernel's `struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install(libc: ctypes.CDLL) -> bool:
    """Install the filter for all threads, permanently; return False if the kernel or architecture does not support it.

    libc: opened with `use_errno`.
    """
    machine = MACHINES.get(platform.machine())
    if machine is None or struct.calcsize("P") != 8:
        return False
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program(machine, os.getpid()))
    buffer = ctypes.create_string_buffer(code)
    filter_program = _Program(len(code) // 8, ctypes.addressof(buffer))
    c_long = ctypes.c_long
    if libc.prctl(NO_NEW_PRIVILEGES, *map(ctypes.c_ulong, (1, 0, 0, 0))):
        return False
    failed: int = libc.syscall(
        c_long(machine.seccomp), c_long(FILTER), c_long(ALL_THREADS), ctypes.byref(filter_program)
    )
    return failed == 0
