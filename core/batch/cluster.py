"""The Ray cluster that does the work: an existing one, or a temporary one on this machine."""

from __future__ import annotations

import logging
import os
import socket
from typing import Any

from core.errors import FairestError
from core.settings import ROOT

OBJECTS = 200 * 2**20
"""Bytes of shared memory for a cluster started here; results are small."""


REACH = 10.0
"""Seconds within which a cluster's head must answer."""
UNREACHED = "Expected a Ray cluster at {address}; {reason}"


class ClusterError(FairestError):
    """Ray is not installed, or no cluster was found where one was expected."""


def start(address: str | None = None) -> Any:
    """Connect to a cluster, or start one on this machine, and return the module `ray`.

    Args:
        address: of a cluster's head, or "auto" for the one that this machine belongs to; None starts one. Its machines
            need Fairest and its requirements at the same path.

    Raises:
        ClusterError: Ray is not installed, or nothing answers at the address.
    """
    # By default, Ray reports usage statistics to its vendor, prints messages that mean nothing to users, and lowers the
    # priority of its workers.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    os.environ.setdefault("RAY_worker_niceness", "0")
    try:
        import ray
    except ImportError as error:
        raise ClusterError(
            "Expected Ray; it is not installed. Install it with: python -m pip install -r requirements-ray.txt"
        ) from error
    if address:
        _reach(address)
    options: dict[str, Any] = {"address": address} if address else {"address": "local", "object_store_memory": OBJECTS}
    try:
        ray.init(
            **options,
            include_dashboard=None if address else False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            runtime_env={"env_vars": {"PYTHONPATH": str(ROOT)}},
        )
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        raise ClusterError(UNREACHED, address=address or "this machine", reason=error) from error
    return ray


def _reach(address: str) -> None:
    """Raise ClusterError if nothing answers at HOST:PORT; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal():
        return
    try:
        socket.create_connection((host, int(port)), timeout=REACH).close()
    except OSError as error:
        raise ClusterError(UNREACHED, address=address, reason=error) from error


def stop() -> None:
    """Disconnect from the cluster; one that `start` started ends."""
    import ray

    ray.shutdown()
