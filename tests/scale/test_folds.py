"""Trainings through a real Ray cluster of two nodes, with processes and machines that die, beside one after another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.evaluation.history import HISTORY, read_history
from core.settings import ROOT
from training.fit.callbacks import epochs_done

pytest.importorskip("ray")

MODEL = "sexyness_cnn"
EPOCHS = 12
FOLDS = (2, 3)
SECONDS = 600

pytestmark = pytest.mark.timeout(2 * SECONDS)


@pytest.fixture
def cluster() -> Iterator[Any]:
    """Two nodes with a core each."""
    from ray.cluster_utils import Cluster

    ray_cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    ray_cluster.add_node(num_cpus=1)
    yield ray_cluster
    ray_cluster.shutdown()


def folds(data: Path, place: Path, *arguments: str) -> subprocess.Popen[str]:
    """`folds` on two folds, its runs and reports in a folder of its own."""
    small = ["--epochs", str(EPOCHS), "--batch-size", "4", "--seed", "5", "--cores", "1"]
    folders = ["--data", str(data), "--runs", str(place / "runs"), "--weights", str(place / "weights")]
    command = [sys.executable, "-m", "training", "folds", "--models", MODEL, "--folds", "2-3", *small, *folders]
    return subprocess.Popen([*command, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(call: subprocess.Popen[str]) -> str:
    """What a call wrote, once it ended well."""
    out, stderr = call.communicate(timeout=SECONDS)
    assert call.returncode == 0, stderr
    return out


@pytest.fixture(scope="module")
def expected(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folds trained one after another, without Ray."""
    place = tmp_path_factory.mktemp("sequential")
    ended(folds(data, place))
    return place


def run_of(place: Path, fold: int) -> Path:
    return place / "runs" / f"{MODEL}-fold{fold}"


def assert_same(place: Path, expected: Path) -> None:
    """Every number of every epoch and every score is the same to the last digit."""
    for fold in FOLDS:
        history = read_history(run_of(place, fold) / HISTORY)
        assert len(history["loss"]) == EPOCHS
        assert history == read_history(run_of(expected, fold) / HISTORY)
    report = Path("weights") / "reports" / MODEL / "folds.json"
    assert (place / report).read_text() == (expected / report).read_text()


def writers(run: Path) -> list[int]:
    """The processes that have a run's log open."""
    pids = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            opened = {os.readlink(file) for file in (process / "fd").iterdir()}
        except OSError:
            continue
        if str(run / HISTORY) in opened:
            pids.append(int(process.name))
    return pids


def parent(process: int) -> int:
    """The process that started another; 0 when it has ended."""
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def in_the_middle(place: Path, call: subprocess.Popen[str], raylet: int | None = None) -> tuple[int, int]:
    """Wait until a run has a checkpoint and an epoch in its log: its fold and the process that trains.

    Args:
        place: where the runs are.
        call: what was started.
        raylet: of the node on which it must run; None is any.
    """
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        assert call.poll() is None, call.communicate()
        for fold in FOLDS:
            run = run_of(place, fold)
            begun = epochs_done(run) and read_history(run / HISTORY)
            for writer in writers(run) if begun else []:
                if raylet in (None, parent(writer)):
                    assert epochs_done(run) < EPOCHS
                    return fold, writer
        time.sleep(0.02)
    raise AssertionError("no training began")


def attempts(run: Path) -> int:
    """How many processes trained: each leaves a TensorBoard file."""
    return len(list((run / "tensorboard" / "train").glob("events.*")))


def test_folds_through_ray_equal_those_without(data: Path, expected: Path, cluster: Any, tmp_path: Path) -> None:
    out = ended(folds(data, tmp_path, "--engine", "ray", "--address", cluster.address))
    assert "Ray: 2 to do, 2 at a time" in out
    assert_same(tmp_path, expected)
    assert [attempts(run_of(tmp_path, fold)) for fold in FOLDS] == [1, 1]


def test_a_worker_killed_in_the_middle_goes_on_from_its_checkpoint(
    data: Path, expected: Path, cluster: Any, tmp_path: Path
) -> None:
    call = folds(data, tmp_path, "--engine", "ray", "--address", cluster.address)
    killed, worker = in_the_middle(tmp_path, call)
    os.kill(worker, signal.SIGKILL)
    ended(call)
    assert [attempts(run_of(tmp_path, fold)) for fold in FOLDS] == [1 + (fold == killed) for fold in FOLDS]
    assert_same(tmp_path, expected)


def test_a_machine_that_dies_leaves_its_training_to_another(
    data: Path, expected: Path, cluster: Any, tmp_path: Path
) -> None:
    (node,) = cluster.worker_nodes
    raylet = node.all_processes["raylet"][0].process.pid
    call = folds(data, tmp_path, "--engine", "ray", "--address", cluster.address)
    lost, _ = in_the_middle(tmp_path, call, raylet)
    cluster.remove_node(node, allow_graceful=False)
    ended(call)
    assert [attempts(run_of(tmp_path, fold)) for fold in FOLDS] == [1 + (fold == lost) for fold in FOLDS]
    assert_same(tmp_path, expected)
