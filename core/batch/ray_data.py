"""Rates pictures with Ray Data: one actor per core with a warm rater, results in the order of the pictures."""

from __future__ import annotations

import logging
import pickle
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from core.batch.cluster import ClusterError, start, stop
from core.batch.listing import Picture
from core.batch.pool import ENDED
from core.batch.rating import RaterFactory, failed_result
from core.output.sinks import Result

TOGETHER = 16
"""Pictures per batch."""
BLOCKS = 4096
"""Maximum number of blocks, which each hold several batches."""
UNABLE = "Expected a cluster that stays alive and whose machines can load the models; {reason}"
AGAIN = 1
"""How often a batch whose process or machine died is retried before its pictures are rated one by one."""


def through_ray(pictures: Sequence[Picture], factory: RaterFactory, address: str | None = None) -> Iterator[Result]:
    """Yield results in the order of the pictures. A process or machine that dies only costs time.

    Args:
        pictures: ones that every machine of the cluster can open by the same name.
        factory: called once in each actor; the rater it returns handles one picture at a time, ideally with one thread.
        address: see core.batch.cluster.start.

    Raises:
        ClusterError: see `start`; or no machine of the cluster can load the models.
    """
    ray = start(address)
    try:
        yield from _rated(ray, pictures, factory)
    finally:
        stop()


def _rated(ray: Any, pictures: Sequence[Picture], factory: RaterFactory) -> Iterator[Result]:
    from ray.data import ActorPoolStrategy, DataContext, from_items

    context = DataContext.get_current()
    context.enable_progress_bars = False
    # Errors there are recovered from or reported here.
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    context.execution_options.preserve_order = True
    context.max_errored_blocks = -1
    batches = [pictures[first : first + TOGETHER] for first in range(0, len(pictures), TOGETHER)]
    items = [{"number": number, "pictures": pickle.dumps(batch)} for number, batch in enumerate(batches)]
    actors = max(1, min(int(ray.cluster_resources().get("CPU", 1)), len(items)))
    with warnings.catch_warnings():
        # The name that replaces it does not exist in this release yet.
        warnings.simplefilter("ignore", ray.util.annotations.RayDeprecationWarning)
        rated = from_items(items, override_num_blocks=min(len(items), BLOCKS)).map_batches(
            BatchRater,
            fn_constructor_args=(factory,),
            batch_size=1,
            compute=ActorPoolStrategy(size=actors),
            num_cpus=1,
            # Ray's own retry would wait for a new actor, for which there may be no machine.
            max_task_retries=0,
        )
    next_number = 0
    try:
        for row in rated.iter_rows():
            for number in range(next_number, row["number"]):
                yield from _again(ray, batches[number], factory)
            next_number = row["number"] + 1
            yield from pickle.loads(row["results"])
    except ray.exceptions.RayError as error:
        raise ClusterError(UNABLE, reason=error) from error
    for number in range(next_number, len(batches)):
        yield from _again(ray, batches[number], factory)


class BatchRater:
    """The code of an actor."""

    def __init__(self, factory: RaterFactory) -> None:
        self._rater = factory()

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Rate a batch of numbered pictures; return their results with the numbers."""
        results = [[self._rater.rate(picture) for picture in pickle.loads(pickled)] for pickled in batch["pictures"]]
        return {
            "number": batch["number"],
            "results": np.array([pickle.dumps(batch_results) for batch_results in results], object),
        }


def _again(ray: Any, batch: Sequence[Picture], factory: RaterFactory) -> Iterator[Result]:
    """Retry a batch whose process died; if it dies again, rate one by one; a picture that kills it gets an error."""
    # The actors hold all cores; this task runs in addition.
    task = ray.remote(num_cpus=0, max_retries=AGAIN, max_calls=1)(_beside)
    try:
        yield from ray.get(task.remote(factory, batch))
    except ray.exceptions.RayTaskError as error:
        raise ClusterError(UNABLE, reason=error.cause) from error
    except ray.exceptions.RayError:
        if len(batch) == 1:
            yield failed_result(batch[0], ENDED)
        else:
            for picture in batch:
                yield from _again(ray, [picture], factory)


def _beside(factory: RaterFactory, batch: Sequence[Picture]) -> list[Result]:
    rater = factory()
    return [rater.rate(picture) for picture in batch]
