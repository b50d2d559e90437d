"""A worker that a file has taken over, asked from inside to do what it must not; and the filter, call by call."""

from __future__ import annotations

import errno
import io
import logging
import os
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.settings import ROOT, WEIGHTS
from tests.patience import PATIENCE
from tests.webapp.sandbox.pools import ADULT, CLASSIFIER, DETECTOR
from webapp.sandbox import confinement, landlock, process, seccomp, wire
from webapp.sandbox.pool import Pool
from webapp.sandbox.worker import serve

resource = pytest.importorskip("resource")

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have nothing like it")


def run(code: str) -> str:
    """What a program prints, run by itself: what it gives up is gone for good."""
    begin = "import os, sys\nfrom pathlib import Path\nfrom webapp.sandbox import confinement, landlock, seccomp\n"
    completed = subprocess.run(
        [sys.executable, "-c", begin + code],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert not completed.stderr
    return completed.stdout


@pytest.fixture(scope="module")
def kernel() -> None:
    """One that has all of it."""
    lacking = run("print(*confinement.confine(Path('weights')))").strip()
    if lacking:
        pytest.skip(f"this system lacks: {lacking}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(b"somebody's picture")
    (tmp_path / "settings").write_text('password = "correct horse"')
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.fixture
def listener(folder: Path) -> Iterator[socket.socket]:
    """Takes connections, which none may come, by TCP; and by the name `socket`."""
    with socket.socket() as tcp_socket, socket.socket(socket.AF_UNIX) as unix_socket:
        tcp_socket.bind(("127.0.0.1", 0))
        tcp_socket.listen()
        tcp_socket.settimeout(0.1)
        unix_socket.bind(str(folder / "socket"))
        unix_socket.listen()
        yield tcp_socket


def seen(folder: Path) -> dict[str, object]:
    """All that there is in a folder, with what might change of it."""
    return {
        file.name: (file.stat().st_mode, file.stat().st_mtime, file.read_bytes() if file.is_file() else None)
        for file in folder.iterdir()
    }


@pytest.mark.usefixtures("kernel")
def test_a_worker_that_was_taken_over_can_do_nothing(faulty: Pool, folder: Path, listener: socket.socket) -> None:
    before, limits = seen(folder), resource.getrlimit(resource.RLIMIT_CORE)
    header = {"folder": str(folder), "port": listener.getsockname()[1]}
    errors = faulty.call("attempt", header, seconds=PATIENCE).header["came"]
    assert len(errors) > 30
    assert {name: error for name, error in errors.items() if error not in {"EPERM", "EACCES", "ENOTDIR"}} == {}
    assert errors["remove"] == errors["connect by TCP"] == errors["write"] == "EPERM"
    assert seen(folder) == before
    assert resource.getrlimit(resource.RLIMIT_CORE) == limits
    assert os.getpriority(os.PRIO_PROCESS, 0) < 19
    with pytest.raises(TimeoutError):
        listener.accept()


@pytest.mark.usefixtures("kernel")
def test_every_thread_of_a_worker_is_confined(faulty: Pool) -> None:
    assert faulty.rate(ADULT, DETECTOR, CLASSIFIER).result(PATIENCE).faces
    threads = faulty.call("threads", {}, seconds=PATIENCE).header["threads"]
    for thread in threads:
        assert (thread["Seccomp"], thread["NoNewPrivs"]) == ("2", "1")
        assert int(thread["CapEff"], 16) & ~confinement.READ_SEARCH == 0


TRY = """
def attempt(action):
    try:
        return bool(action())
    except PermissionError:
        return "refused"
variables = Path(f"/proc/{os.getppid()}/environ")
"""


@pytest.mark.usefixtures("kernel")
def test_without_landlock_the_servers_variables_are_kept_all_the_same() -> None:
    confinement.hide()
    output = run(
        TRY
        + """
landlock.restrict = lambda *_: 0
print(*confinement.confine(Path("weights")), attempt(variables.read_bytes), attempt(lambda: os.mkdir("/tmp/made")))
"""
    )
    assert output == "folders refused refused\n"


@pytest.mark.usefixtures("kernel")
def test_without_a_filter_landlock_keeps_files_and_the_network() -> None:
    output = run(
        TRY
        + """
import socket
seccomp.install = lambda *_: False
print(*confinement.confine(Path("weights")))
print(attempt(variables.read_bytes), attempt(lambda: os.mkdir("/tmp/made")), attempt(Path("README.md").read_bytes))
print(attempt(lambda: socket.socket().connect(("127.0.0.1", 9))), attempt(Path("core/face.py").read_bytes))
"""
    )
    assert output == "filter\nrefused refused refused\nrefused True\n"


def test_a_hidden_process_keeps_its_variables_from_others_of_its_user() -> None:
    output = run("""
import ctypes, subprocess
if os.geteuid() == 0:
    os.setuid(65534)
def look():
    return subprocess.run(["cat", f"/proc/{os.getpid()}/environ"], capture_output=True).returncode
confinement._libc().prctl(confinement.DUMPABLE, *map(ctypes.c_ulong, (1, 0, 0, 0)))
print(look(), confinement.hide(), look())
""")
    assert output == "0 True 1\n"


def test_what_a_system_lacks_is_said_in_the_first_answer_and_logged_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, answers = io.BytesIO(), io.BytesIO()
    wire.write(jobs, {"rating": {"weights_dir": str(WEIGHTS)}})
    jobs.seek(0)
    serve(jobs, answers, lambda models: (confinement.FILTER, str(models.name)))
    answers.seek(0)
    answer = wire.read(answers, 1000)
    assert answer is not None
    assert answer.header == {"lacking": ["filter", "weights"]}
    monkeypatch.setattr(logging.getLogger("webapp"), "propagate", True)
    process.tell_lacking.cache_clear()
    for _ in range(2):
        process.tell_lacking(tuple(answer.header["lacking"]))
        process.tell_lacking(())
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "no filter of system calls (seccomp): it might change files" in record.getMessage()


def test_where_there_is_nothing_of_it_all_is_said_to_lack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert confinement.confine(Path("weights")) == (confinement.FILTER, confinement.FOLDERS)
    assert not confinement.hide()


def test_what_lies_beside_the_program_is_not_to_be_read(tmp_path: Path) -> None:
    (tmp_path / "model").symlink_to(ROOT / "README.md")
    places = [place.resolve() for place in confinement.readable(tmp_path)]
    assert {ROOT / "core", ROOT / "webapp", ROOT / "README.md", tmp_path} <= set(places)
    for secret in ("fairest.toml", ".streamlit/secrets.toml", ".certs/server.key"):
        assert not [place for place in places if (ROOT / secret).is_relative_to(place)]


def test_an_installed_program_may_be_read_where_all_packages_are(monkeypatch: pytest.MonkeyPatch) -> None:
    packages = Path(sysconfig.get_paths()["purelib"])
    monkeypatch.setattr(confinement, "INSTALLED", True)
    monkeypatch.setattr(confinement, "ROOT", packages)
    models = packages / "core" / "weights"
    assert {packages, models, Path(sys.prefix) / "lib"} <= set(confinement.readable(models))


@pytest.mark.parametrize(("version", "bits"), [(1, (13, 0, 0)), (3, (15, 0, 0)), (4, (15, 2, 0)), (7, (16, 2, 2))])
def test_of_an_older_kernel_only_what_it_knows_is_asked(version: int, bits: tuple[int, int, int]) -> None:
    operations = (landlock.FILES, landlock.NETWORK, landlock.PROCESSES)
    assert tuple(landlock._all(counts, version).bit_length() for counts in operations) == bits


OWN = 4711
"""The process that the filter is for."""


def decided(machine: str, call: int, *arguments: int, audit: int | None = None) -> int:
    """What the filter makes of a call, as the kernel's interpreter does."""
    architecture = seccomp.MACHINES[machine]
    data = {seccomp.NUMBER: call, seccomp.ARCHITECTURE: architecture.audit if audit is None else audit}
    data |= {seccomp.ARGUMENTS + 8 * index: value & 0xFFFFFFFF for index, value in enumerate(arguments)}
    position, word = 0, 0
    program = seccomp.program(architecture, OWN)
    tests: dict[int, Any] = {
        seccomp.EQUAL: lambda operand: word == operand,
        seccomp.AT_LEAST: lambda operand: word >= operand,
        seccomp.ANY_BIT: lambda operand: bool(word & operand),
    }
    while True:
        opcode, then, otherwise, operand = program[position]
        position += 1
        if opcode == seccomp.RETURN:
            return operand
        if opcode == seccomp.LOAD:
            word = data.get(operand, 0)
        else:
            position += then if tests[opcode](operand) else otherwise


NOT_PERMITTED = seccomp.REFUSE | errno.EPERM
UNKNOWN = seccomp.REFUSE | errno.ENOSYS


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_the_filter_call_by_call(machine: str) -> None:
    architecture = seccomp.MACHINES[machine]
    assert {decided(machine, number) for number in architecture.refused} == {NOT_PERMITTED}
    assert not set(architecture.refused) & set(architecture.looked_at.values())
    read, write, close = (0, 1, 3) if machine == "x86_64" else (63, 64, 57)
    assert {decided(machine, number) for number in (read, write, close, *seccomp.KNOWN_NEW)} == {seccomp.ALLOW}
    assert {decided(machine, number) for number in (425, 435, 437, 438, 500, 0x40000001)} == {UNKNOWN}
    assert decided(machine, read, audit=0x40000003) == seccomp.KILL


@pytest.mark.parametrize("machine", seccomp.MACHINES)
@pytest.mark.parametrize(
    ("name", "allowed", "refused"),
    [
        ("openat", [(-100, 0, 0), (-100, 0, 0x80000)], [(-100, 0, os.O_WRONLY), (-100, 0, os.O_TRUNC)]),
        ("openat", [(-100, 0, 0x10000)], [(-100, 0, os.O_RDWR), (-100, 0, os.O_CREAT), (-100, 0, 0x400000)]),
        ("clone", [(0x3D0F00,)], [(17,), (0x4111,)]),
        ("fcntl", [(0, 1), (0, 3), (0, 1030)], [(0, number) for number in seccomp.SIGNALLING]),
        ("prlimit64", [(0,), (OWN,)], [(1,), (OWN + 1,), (-1,)]),
        ("sched_setaffinity", [(0,), (OWN,)], [(1,)]),
        ("kill", [(OWN, 9)], [(1, 9), (0, 9), (-1, 9), (-OWN, 9)]),
        ("tkill", [(OWN,)], [(1,)]),
        ("tgkill", [(OWN, 5)], [(1, OWN)]),
        ("rt_sigqueueinfo", [(OWN,)], [(1,)]),
        ("rt_tgsigqueueinfo", [(OWN,)], [(1,)]),
    ],
)
def test_the_filter_looks_at_arguments(
    machine: str, name: str, allowed: list[tuple[int, ...]], refused: list[tuple[int, ...]]
) -> None:
    number = seccomp.MACHINES[machine].looked_at[name]
    assert {decided(machine, number, *arguments) for arguments in allowed} == {seccomp.ALLOW}
    assert {decided(machine, number, *arguments) for arguments in refused} == {NOT_PERMITTED}


def test_the_filter_takes_no_request_to_a_device_but_harmless_ones() -> None:
    number = seccomp.MACHINES["x86_64"].looked_at["ioctl"]
    assert decided("x86_64", number, 0, 0x5401) == seccomp.ALLOW
    assert decided("x86_64", number, 0, 0x5412) == seccomp.REFUSE | errno.ENOTTY
