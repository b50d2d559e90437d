"""Engines that train networks for many folds: this process, one after another, or the workers of a Ray cluster.

Both give the same networks to the last bit, on the same kind of processor and with the same number of threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from core.batch.cluster import start, stop
from core.errors import FairestError
from training.errors import TrainingError
from training.fit.callbacks import epochs_done
from training.folds import FoldRun, trained_scores
from training.scores import Scores

RETRIES = 5
"""How often a training whose worker died is resumed from its last checkpoint before it is given up."""

SECONDS = 2.0
"""Seconds between checks of the trainings' progress."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a run: its scores, or a sentence on why there are none."""

    run: FoldRun
    scores: Scores | None
    problem: str | None


def attempt(run: FoldRun, cores: int) -> Outcome:
    """Train and evaluate in this process; every engine's unit of work.

    Args:
        run: what to train.
        cores: TensorFlow's threads; the same for all runs of a process.

    Raises:
        RuntimeError: TensorFlow was already initialised with another number of threads.
    """
    tf.config.threading.set_intra_op_parallelism_threads(cores)
    tf.config.threading.set_inter_op_parallelism_threads(cores)
    keras.utils.clear_session()
    try:
        return Outcome(run, trained_scores(run), None)
    except (FairestError, TrainingError) as error:
        return Outcome(run, None, str(error))


def in_turn(runs: Sequence[FoldRun], cores: int) -> Iterator[Outcome]:
    """Yield the outcomes of the runs, one after another in this process."""
    for run in runs:
        print(f"{run}: begins", flush=True)
        yield attempt(run, cores)


def print_epochs(runs: Iterable[FoldRun], reported: dict[FoldRun, int]) -> None:
    """Print a line for each run that has finished another epoch; the workers' own output is not forwarded."""
    for run in runs:
        epoch = epochs_done(run.folder)
        if epoch > reported[run]:
            reported[run] = epoch
            print(f"{run}: epoch {epoch} of {run.options.epochs}", flush=True)


def through_ray(runs: Sequence[FoldRun], cores: int, address: str | None) -> Iterator[Outcome]:
    """Run each training as a Ray task in its own process, as many at a time as the cores allow; yield as they finish.

    If a worker or its machine dies, only the work since the last checkpoint is lost. All machines must have the project
    and the data, runs and weights folders at the same paths.

    Args:
        runs: what to train.
        cores: per run.
        address: of a cluster; None for this machine alone.

    Raises:
        FairestError: Ray is not installed or there is no such cluster. TrainingError: no machine has enough cores.
    """
    ray = start(address)
    try:
        machines = [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]
        if cores > max(machines):
            raise TrainingError(
                f"expected --cores {max(machines)} at most, as the largest machine has them; received {cores}."
            )
        print(
            f"Ray: {len(runs)} to do, {sum(machine_cores // cores for machine_cores in machines)} at a time", flush=True
        )
        # One task per worker: TensorFlow neither releases memory nor accepts another number of threads.
        task = ray.remote(num_cpus=cores, max_calls=1, max_retries=RETRIES)(attempt)
        waiting = {task.remote(run, cores): run for run in runs}
        reported = {run: epochs_done(run.folder) for run in runs}
        while waiting:
            done, _ = ray.wait(list(waiting), timeout=SECONDS)
            print_epochs((run for run in waiting.values() if not run.shipped), reported)
            for finished_task in done:
                yield outcome_of(ray, finished_task, waiting.pop(finished_task))
    finally:
        stop()


def outcome_of(ray: Any, task: Any, run: FoldRun) -> Outcome:
    """Return the outcome of a finished task, also if its workers died.

    Raises:
        RayTaskError: the task raised an error that the user cannot fix.
    """
    try:
        outcome: Outcome = ray.get(task)
    except ray.exceptions.RayTaskError:
        raise
    except ray.exceptions.RayError as error:
        return Outcome(run, None, f"its worker died {RETRIES + 1} times, at last so: {error}")
    return outcome
