"""How each engine goes through its runs; the cluster here is a pretended one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import tensorflow as tf

from core.errors import WeightsError
from training import engines
from training.data.rated import PANELS
from training.engines import RETRIES, attempt, in_turn, through_ray
from training.errors import TrainingError
from training.folds import FoldRun
from training.options import Options


@pytest.fixture(autouse=True)
def threads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The threads that TensorFlow was told to take."""
    calls: list[int] = []
    for name in ("intra", "inter"):
        monkeypatch.setattr(tf.config.threading, f"set_{name}_op_parallelism_threads", calls.append)
    return calls


@pytest.fixture
def runs(tmp_path: Path) -> list[FoldRun]:
    options = Options(tmp_path, 4, 4, 1e-3, 8, 5, 5, "none", 2, tuple(PANELS), None)
    return [
        FoldRun("vgg16", replace(options, fold=fold), "float32", tmp_path / "runs", tmp_path, False) for fold in (2, 3)
    ]


def pretend(monkeypatch: pytest.MonkeyPatch, trained: Callable[[FoldRun], Any]) -> None:
    monkeypatch.setattr(engines, "trained_scores", trained)


def fails_on(fold: int, error: Exception) -> Callable[[FoldRun], Any]:
    def trained(run: FoldRun) -> Any:
        if run.options.fold == fold:
            raise error
        return {"fold": run.options.fold}

    return trained


class RayError(Exception):
    """Of Ray: what has nothing to do with the task."""


class RayTaskError(RayError):
    """Of Ray: what the task raised."""


class FakeRay:
    """Tasks that are done when they are waited for, the last one first; some of their workers die for good.

    done: the checkpoints that are there by then.
    """

    exceptions = SimpleNamespace(RayError=RayError, RayTaskError=RayTaskError)

    def __init__(self, dies: int | None = None, raises: int | None = None) -> None:
        self.dies, self.raises = dies, raises
        self.options: dict[str, int] = {}
        self.tasks: list[Callable[[], Any]] = []
        self.stopped = False
        self.done: list[Path] = []

    def nodes(self) -> list[dict[str, Any]]:
        machines = [(True, {"CPU": 4.0}), (True, {"CPU": 3.0}), (True, {}), (False, {"CPU": 64.0})]
        return [{"Alive": alive, "Resources": has} for alive, has in machines]

    def remote(self, **options: int) -> Callable[[Callable[..., Any]], Any]:
        self.options = options

        def task(run: FoldRun, cores: int) -> int:
            self.tasks.append(lambda: attempt(run, cores))
            return len(self.tasks) - 1

        return lambda _: SimpleNamespace(remote=task)

    def wait(self, tasks: list[int], timeout: float) -> tuple[list[int], list[int]]:
        for path in self.done:
            path.touch()
        return tasks[-1:], tasks[:-1]

    def get(self, task: int) -> Any:
        if task == self.dies:
            raise RayError("killed")
        if task == self.raises:
            raise RayTaskError("a bug")
        return self.tasks[task]()


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> FakeRay:
    """What `start` gives."""
    ray = FakeRay()
    monkeypatch.setattr(engines, "start", lambda _: ray)
    monkeypatch.setattr(engines, "stop", lambda: setattr(ray, "stopped", True))
    return ray


@pytest.mark.parametrize("error", [TrainingError("no data"), WeightsError("no file")])
def test_what_a_person_can_put_right_stops_no_other_run(
    error: Exception, runs: list[FoldRun], threads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, fails_on(2, error))
    failed, measured = in_turn(runs, 3)
    assert (failed.run, failed.scores, failed.problem) == (runs[0], None, str(error))
    assert (measured.run, measured.scores, measured.problem) == (runs[1], {"fold": 3}, None)
    assert set(threads) == {3}


def test_what_nobody_foresaw_is_raised(runs: list[FoldRun], monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, fails_on(2, ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        list(in_turn(runs, 1))


def test_ray_runs_each_in_a_worker_of_its_own(
    runs: list[FoldRun], cluster: FakeRay, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend(monkeypatch, fails_on(2, TrainingError("no data")))
    for run in runs:
        run.folder.mkdir(parents=True)
        (run.folder / "epoch-0001.weights.h5").touch()
    cluster.done = [runs[0].folder / "epoch-0003.weights.h5"]
    outcomes = list(through_ray(runs, 2, None))
    assert [(outcome.run, outcome.scores, outcome.problem) for outcome in outcomes] == [
        (runs[1], {"fold": 3}, None),
        (runs[0], None, "no data"),
    ]
    assert cluster.options == {"num_cpus": 2, "max_calls": 1, "max_retries": RETRIES}
    assert cluster.stopped
    assert capsys.readouterr().out.splitlines() == ["Ray: 2 to do, 3 at a time", "vgg16, fold 2: epoch 3 of 4"]


def test_a_run_whose_workers_all_die_stops_no_other(
    runs: list[FoldRun], cluster: FakeRay, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, fails_on(9, ZeroDivisionError()))
    cluster.dies = 1
    died, measured = through_ray(runs, 1, None)
    assert (died.run, died.scores) == (runs[1], None)
    assert died.problem == "its worker died 6 times, at last so: killed"
    assert measured.scores == {"fold": 2}


def test_a_bug_in_a_worker_is_raised_and_the_cluster_left(runs: list[FoldRun], cluster: FakeRay) -> None:
    cluster.raises = 1
    with pytest.raises(RayTaskError):
        list(through_ray(runs, 1, None))
    assert cluster.stopped


def test_more_cores_than_any_machine_has_are_refused(runs: list[FoldRun], cluster: FakeRay) -> None:
    with pytest.raises(TrainingError, match="expected --cores 4 at most"):
        list(through_ray(runs, 5, None))
    assert cluster.stopped
    assert not cluster.tasks
