"""Carries out an order: lists the pictures, rates them with the requested engine, and writes the results."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TextIO

from core.batch.console import PLAIN, Console
from core.batch.filesystems import locate
from core.batch.inputs import OutError, check_result
from core.batch.listing import Picture, list_pictures
from core.batch.parts import Parts
from core.batch.pool import rate_in_pool
from core.batch.rating import Models, Rater
from core.batch.ray_data import through_ray
from core.batch.remote import Server, through_server
from core.cores import cores
from core.models.manifest import load_manifest
from core.output.files import atomic_write_text
from core.output.sinks import SINKS, Result, Sink

WORTH = 8
"""Pictures for which starting another process pays off."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to rate, with what, and where the results go.

    paths: see core.batch.listing. form: of the results. out: a file or a folder of parts; None for the given stream.
    processes: size of the pool; None for one per core. address: of a Ray cluster, see core.batch.cluster.
    """

    paths: Sequence[str]
    models: Models
    form: str
    out: str | None
    into_folder: bool
    processes: int | None
    ray: bool
    address: str | None
    server: Server | None = None


def rate_all(order: Order, stream: TextIO, console: Console = PLAIN) -> int:
    """Carry out an order; return the number of pictures that could not be read.

    Args:
        order: what to do.
        stream: receives the results if there is no output file or folder.
        console: messages and progress.

    Raises:
        FairestError: models, addresses, the server, the cluster or the folder cannot be used, or results would
        overwrite
            an input. OSError: the output cannot be written.
    """
    # First, so that a wrong name has no side effects.
    if order.server is None:
        manifest = load_manifest(order.models.rating.weights_dir)
        manifest.card(order.models.detector, "detector")
        manifest.card(order.models.classifier, "classifier")
    if order.out:
        check_out(order.out, order.into_folder, order.paths)
    if order.into_folder:
        return _into_folder(order, console)
    pictures = list(list_pictures(order.paths, console.note))
    rated = _rated(order, pictures)
    if not order.out:
        return _to_sink(rated, len(pictures), console.sink(order.form, stream), console)
    path = Path(order.out)
    if not pictures and path.is_file() and path.stat().st_size:
        console.note(f"{order.out} stays as it was.")
        return 0
    with _stopped_softly(), atomic_write_text(path, keep=True) as file:
        return _to_sink(rated, len(pictures), SINKS[order.form](file), console)


def check_out(out: str, into_folder: bool, given: Sequence[str]) -> None:
    """Reject an output that is an input or any picture.

    Raises:
        OutError: it is, or it is the address of a file. OSError: it cannot be read.
    """
    out_location, inputs = locate(out), [locate(text) for text in given]
    if out_location.root and not into_folder:
        raise OutError("Expected a folder, with a name ending in /, if --out is an address; received {out}.", out=out)
    paths = [Path(location.path) for location in inputs if not location.root]
    if not into_folder:
        # A result file in the folder of the pictures is not an input.
        check_result(Path(out_location.path), [path for path in paths if not os.path.isdir(path)])
        return
    folder = (out_location.root, out_location.path.rstrip("/"))
    if any((location.root, location.path.rstrip("/")) == folder for location in inputs) or (
        not out_location.root and any(os.path.realpath(path) == os.path.realpath(out_location.path) for path in paths)
    ):
        raise OutError(
            "Expected --out to be different from every input; {out} is an input. Choose another name.", out=out
        )


def _to_sink(rated: Iterator[Result], count: int, sink: Sink, console: Console) -> int:
    return sum(_written(result, sink) for result in console.progress(rated, count))


def _into_folder(order: Order, console: Console) -> int:
    assert order.out is not None
    parts = Parts(order.out, order.form, order.models)
    pictures = [picture for picture in list_pictures(order.paths, console.note) if parts.new(picture.file)]
    with _stopped_softly():
        try:
            for result in console.progress(_rated(order, pictures), len(pictures), parts.before):
                parts.write(result)
        finally:
            parts.close()
    return parts.failed


def _written(result: Result, sink: Sink) -> bool:
    sink.write(result)
    return result.error is not None


def _rated(order: Order, pictures: list[Picture]) -> Iterator[Result]:
    """Yield results in the order of the pictures."""
    factory = partial(Rater, order.models.for_one_core())
    if not pictures:
        return iter(())
    if order.server:
        return through_server(pictures, order.server, order.models.pictures)
    if order.ray:
        return through_ray(pictures, factory, order.address)
    processes = min(order.processes or min(cores(), -(-len(pictures) // WORTH)), len(pictures))
    # Created here already, so that a wrong name is reported before processes start.
    rater = factory()
    if processes == 1:
        return map(rater.rate, pictures)
    return rate_in_pool(pictures, factory, processes)


@contextlib.contextmanager
def _stopped_softly() -> Iterator[None]:
    """Within this context, SIGTERM acts like Ctrl-C: results so far are written."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        # Signal handlers can only be set in the main thread.
        yield
        return
    previous_handler = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous_handler)
