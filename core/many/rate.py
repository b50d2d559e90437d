"""From an order to rows: list the pictures, rate them by the engine that was asked for, write what comes."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import TextIO

from core.many.listing import Picture, pictures
from core.many.parts import Parts
from core.many.pool import cores, pooled
from core.many.progress import shown
from core.many.rating import Models, Rater
from core.many.ray_data import through_ray
from core.sinks import SINKS, Result, Sink

WORTH = 8
"""Pictures for which another process is worth its start."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be rated, by what, and where the results go.

    paths: see core.many.listing. form: of the results. out: a file or a folder of parts; None is the stream given.
    processes: of the pool; None is one for each core. address: of a Ray cluster, see core.many.cluster.
    """

    paths: Sequence[str]
    models: Models
    form: str
    out: str | None
    into_folder: bool
    processes: int | None
    ray: bool
    address: str | None


def rate_all(order: Order, stream: TextIO) -> int:
    """Carry out an order; returns how many pictures could not be read.

    Raises:
        FairestError: models, addresses, the cluster or the folder cannot be used. OSError: the output cannot be
            written.
    """
    if order.into_folder:
        return _into_folder(order)
    with contextlib.ExitStack() as stack:
        if order.out:
            stream = stack.enter_context(open(order.out, "w", encoding="utf-8", newline=""))
        sink: Sink = SINKS[order.form](stream)
        listed = list(pictures(order.paths))
        return sum(_written(result, sink) for result in shown(_rated(order, listed), len(listed)))


def _into_folder(order: Order) -> int:
    assert order.out is not None
    parts = Parts(order.out, order.form, order.models)
    listed = [picture for picture in pictures(order.paths) if parts.new(picture.file)]
    with _stopped_softly():
        try:
            for result in shown(_rated(order, listed), len(listed), parts.before):
                parts.write(result)
        finally:
            parts.close()
    return parts.failed


def _written(result: Result, sink: Sink) -> bool:
    sink.write(result)
    return result.error is not None


def _rated(order: Order, listed: list[Picture]) -> Iterator[Result]:
    """Results in the order of the pictures."""
    make = partial(Rater, order.models.for_one_core())
    if not listed:
        return iter(())
    if order.ray:
        return through_ray(listed, make, order.address)
    processes = min(order.processes or min(cores(), -(-len(listed) // WORTH)), len(listed))
    # Here already, so that a wrong name is told before processes are started.
    rater = make()
    if processes == 1:
        return map(rater.rate, listed)
    return pooled(listed, make, processes)


@contextlib.contextmanager
def _stopped_softly() -> Iterator[None]:
    """As long as it lasts, SIGTERM is like Ctrl-C: what was rated is written."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
