"""The image of deploy/Dockerfile, built and run by podman, as any user of it would: unprivileged, read-only."""

from __future__ import annotations

import json
import os
import resource
import secrets
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.settings import ROOT
from tests.patience import PATIENCE, until

IMAGE, BASE = "localhost/fairest-tested", "localhost/fairest-tested-base"
PORT = 8501
"""The one that its health check asks."""

MANY = 4096
"""Files and threads: enough for the page, and within what a container's own starter may allow."""

NEEDED = "python3,python3-venv,python3-pip,ca-certificates"
SLOWEST = 3000
"""Seconds for a build."""


@dataclass(frozen=True)
class Podman:
    """Podman with settings of the tests' own; folder: for their file."""

    folder: Path

    def __call__(self, *words: str, check: bool = True, seconds: float = SLOWEST) -> str:
        """What a call prints.

        Raises:
            AssertionError: it failed, with what it said.
        """
        command = ["podman", *words]
        completed = subprocess.run(
            command, env=self.environment(), capture_output=True, text=True, timeout=seconds, check=False
        )
        assert completed.returncode == 0 or not check, completed.stdout[-2000:] + completed.stderr[-2000:]
        return completed.stdout.strip()

    def environment(self) -> dict[str, str]:
        """Variables under which podman runs without systemd, and where limits cannot be raised."""
        file = self.folder / "containers.conf"
        limits = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
        ulimits = [f"{name}={(n := _most(limit))}:{n}" for name, limit in limits.items()]
        engine = {"cgroup_manager": "cgroupfs"} | ({"runtime": "runc"} if shutil.which("runc") else {})
        lines = ["[containers]", f"default_ulimits = {json.dumps(ulimits)}", "[engine]"]
        file.write_text("\n".join([*lines, *(f'{name} = "{value}"' for name, value in engine.items())]) + "\n")
        return os.environ | {"CONTAINERS_CONF": str(file), "BUILDAH_ISOLATION": "chroot"}

    def build(self) -> None:
        """The image, on the Dockerfile's own base or, where no registry is in reach, on a Debian made here.

        Raises:
            LookupError: there is neither.
        """
        environment = self.environment() | {"BUILDER": "podman", "IMAGE": IMAGE}
        public = next(
            line.removeprefix("ARG BASE=")
            for line in (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
            if line.startswith("ARG BASE=")
        )
        if not self("pull", "--quiet", public, check=False):
            environment["BASE"] = self.debian()
        completed = subprocess.run(
            ["sh", "deploy/image.sh"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SLOWEST,
            check=False,
        )
        assert completed.returncode == 0, completed.stdout[-2000:] + completed.stderr[-2000:]

    def debian(self) -> str:
        """The name of an image with Debian 12 and its Python; made where it is not there yet.

        Raises:
            LookupError: there is no mmdebstrap.
        """
        if self("images", "--quiet", BASE):
            return BASE
        if shutil.which("mmdebstrap") is None:
            raise LookupError("no registry is in reach, and mmdebstrap, which makes a base, is not installed")
        archive = self.folder / "base.tar"
        command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={NEEDED}", "bookworm", str(archive)]
        subprocess.run(command, timeout=SLOWEST, check=True)
        self("import", "--quiet", str(archive), BASE)
        archive.unlink()
        return BASE


def _most(limit: int) -> int:
    hard = resource.getrlimit(limit)[1]
    return MANY if hard == resource.RLIM_INFINITY else min(MANY, hard)


@dataclass(frozen=True)
class Container:
    """A running one. ready_after: seconds from its start to its first healthy answer."""

    podman: Podman
    name: str
    ready_after: float
    url: str = f"http://localhost:{PORT}"

    def runs(self, *words: str) -> str:
        """What a program in it prints."""
        return self.podman("exec", self.name, *words)

    def status(self, path: str) -> int:
        """Of an answer; 0 without one."""
        return status(f"{self.url}{path}")

    def state(self) -> dict[str, Any]:
        """What podman says of it."""
        state: dict[str, Any] = json.loads(self.podman("inspect", self.name))[0]["State"]
        return state


def status(url: str) -> int:
    """Of an answer; 0 without one."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@contextmanager
def contained(podman: Podman, **environment: str) -> Iterator[Container]:
    """The image, run with nothing but a small /tmp to write to; removed afterwards."""
    name = f"fairest-tested-{secrets.token_hex(4)}"
    words = ["run", "--detach", "--name", name, "--network", "host"]
    words += ["--read-only", "--tmpfs", "/tmp:size=64m,mode=1777"]
    words += ["--cap-drop", "all", "--security-opt", "no-new-privileges"]
    words += [word for variable, value in environment.items() for word in ("--env", f"{variable}={value}")]
    begin = time.monotonic()
    podman(*words, IMAGE)
    try:
        until(lambda: status(f"http://localhost:{PORT}/healthz") == 200, "a container that is ready")
        yield Container(podman, name, time.monotonic() - begin)
    finally:
        podman("rm", "--force", "--time", "5", name)
