"""Pictures through a real Ray cluster of two nodes, with processes and machines that die."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from core.batch.listing import Picture
from core.batch.pool import ENDED
from core.batch.ray_data import through_ray
from core.settings import ROOT
from tests import faces
from tests.core.batch.factories import FakeRater, table
from tests.patience import PATIENCE, until

ray = pytest.importorskip("ray")
COUNT = 160


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a cluster of two nodes with a core each."""
    from ray.cluster_utils import Cluster

    ray_cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    ray_cluster.add_node(num_cpus=1)
    yield ray_cluster.address
    ray_cluster.shutdown()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many pictures, one of them broken."""
    pictures = tmp_path_factory.mktemp("pictures")
    portraits = sorted(faces.FOLDER.glob("*.jpg"))
    for number in range(COUNT):
        shutil.copyfile(portraits[number % len(portraits)], pictures / f"{number:04}.jpg")
    (pictures / "bad.jpg").write_bytes(b"no picture")
    return pictures


def named(*names: str) -> list[Picture]:
    return [Picture(name, "", name) for name in names]


def core(*arguments: str) -> subprocess.Popen[str]:
    models = ("--detector", "facetracker", "--classifier", "sexyness_cnn")
    command = [sys.executable, "-m", "core", *arguments, *models]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def rows(text: str) -> list[dict[str, object]]:
    return [json.loads(line) | {"ms": 0} for line in text.splitlines()]


def actors() -> list[int]:
    """The processes that rate for a cluster."""
    completed = subprocess.run(["pgrep", "-f", "ray::MapWorker"], capture_output=True, text=True, check=False)
    return [int(number) for number in completed.stdout.split()]


def test_the_pool_and_ray_give_the_same_rows(folder: Path, cluster: str) -> None:
    pool, _ = core(str(folder)).communicate(timeout=2 * PATIENCE)
    by_ray, stderr = core(str(folder), "--engine", "ray", "--address", cluster).communicate(timeout=2 * PATIENCE)
    assert len(rows(pool)) == COUNT + 1
    assert rows(by_ray) == rows(pool), stderr


def test_a_process_killed_in_the_middle_loses_no_picture_and_doubles_none(
    folder: Path, cluster: str, tmp_path: Path
) -> None:
    before = set(actors())
    call = core(str(folder), "--engine", "ray", "--address", cluster, "--out", str(tmp_path / "out"))
    until(lambda: bool(set(actors()) - before), "an actor of the call's")
    new_actors = [number for number in actors() if number not in before]
    time.sleep(2.0)
    assert call.poll() is None
    os.kill(new_actors[0], signal.SIGKILL)
    _, stderr = call.communicate(timeout=2 * PATIENCE)
    assert call.returncode == 1, stderr
    files = Counter(pq.read_table(tmp_path / "out" / "results")["file"].to_pylist())
    assert len(files) == COUNT
    assert set(files.values()) == {1}
    assert len(pq.read_table(tmp_path / "out" / "errors")) == 1


def test_a_call_killed_in_the_middle_goes_on_where_it_stopped(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = core(str(folder), "--out", f"{out}/", "--format", "parquet", "--processes", "1")
    until((out / "run.json").exists, "a beginning")
    time.sleep(5)
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=2 * PATIENCE)
    assert first.returncode == 130
    rated = len(pq.read_table(out / "results"))
    assert 0 < rated < COUNT
    second = core(str(folder), "--out", str(out), "--engine", "ray")
    _, stderr = second.communicate(timeout=2 * PATIENCE)
    assert second.returncode == 1, stderr
    files = pq.read_table(out / "results")["file"].to_pylist()
    assert len(files) == len(set(files)) == COUNT


def test_only_the_picture_that_kills_gets_an_error(cluster: str, tmp_path: Path) -> None:
    names = [f"{number}{' deadly' if number == 20 else ''}" for number in range(48)]
    results = list(through_ray(named(*names), partial(FakeRater, tmp_path), cluster))
    assert [result.file for result in results] == names
    assert [result.file for result in results if result.error] == ["20 deadly"]
    assert results[20].error == ENDED


def test_rows_of_a_table_and_an_address(cluster: str, tmp_path: Path) -> None:
    data = (faces.FOLDER / faces.ADULT).read_bytes()
    path = table(tmp_path / "t.parquet", [data] * 20, [f"{number}" for number in range(20)])
    by_ray, stderr = core(f"file://{path}", "--engine", "ray", "--address", cluster).communicate(timeout=2 * PATIENCE)
    assert [row["file"] for row in rows(by_ray)] == [f"{number}" for number in range(20)], stderr


def test_a_machine_that_goes_loses_nothing(tmp_path: Path) -> None:
    from ray.cluster_utils import Cluster

    ray_cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    node = ray_cluster.add_node(num_cpus=1)
    try:
        results = through_ray(named(*map(str, range(400))), partial(Slow, tmp_path), ray_cluster.address)
        rated = [next(results)]
        ray_cluster.remove_node(node, allow_graceful=False)
        rated.extend(results)
    finally:
        ray_cluster.shutdown()
    assert [result.file for result in rated] == [str(number) for number in range(400)]
    assert not any(result.error for result in rated)


class Slow(FakeRater):
    """Takes a while for each."""

    def rate(self, picture: Picture):  # type: ignore[no-untyped-def]
        """See PictureRater."""
        time.sleep(0.02)
        return super().rate(picture)
