"""What a process takes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from tests.soak import machine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")


def test_what_is_opened_counts_and_what_is_closed_does_not() -> None:
    before = machine.read(os.getpid())
    with socket.socket(), open(os.devnull, "rb"):
        while_open = machine.read(os.getpid())
    after = machine.read(os.getpid())
    assert (while_open.sockets, while_open.descriptors) == (before.sockets + 1, before.descriptors + 2)
    assert (after.sockets, after.descriptors) == (before.sockets, before.descriptors)
    assert before.server_mb > 1
    assert before.threads >= 1


def test_workers_are_the_children() -> None:
    before = machine.read(os.getpid())
    command = [sys.executable, "-c", "print(sum(range(3_000_000)), flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        with_child = machine.read(os.getpid())
        assert machine.workers_seconds(os.getpid()) > 0
        child.communicate(b"\n")
    assert with_child.workers == before.workers + 1
    assert with_child.workers_mb > before.workers_mb
    assert machine.read(os.getpid()).workers == before.workers
