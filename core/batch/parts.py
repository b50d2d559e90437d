"""Writes results to a folder of part files, so that a run can be interrupted and resumed at any time.

    FOLDER/run.json                 what the pictures are rated with
    FOLDER/results/part-000001.parquet (or .jsonl)    a row per picture, the columns of the file contract
    FOLDER/errors/part-000001.parquet (or .jsonl)     pictures that could not be read: file, error

A part is written atomically. To retry the pictures that failed, remove FOLDER/errors.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import FileSelector, FileType

from core.batch.filesystems import locate
from core.batch.rating import Models
from core.errors import FairestError
from core.models.manifest import ModelCard, load_manifest
from core.output.escaping import escaped, json_line
from core.output.sinks import Result
from core.settings import ModelSettings

ROWS = 1000
SECONDS = 30.0
"""A part is written when it has the full number of rows, or when its first row has waited this long."""

FACE = pa.struct(
    [
        ("box", pa.list_(pa.float64(), 4)),
        ("detection", pa.float64()),
        ("rating", pa.float64()),
        ("label", pa.string()),
        ("probability", pa.float64()),
        ("age", pa.float64()),
        ("refused", pa.string()),
        ("track", pa.int64()),
    ]
)
RESULTS = pa.schema(
    [
        ("file", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("error", pa.string()),
        ("ms", pa.float64()),
        ("faces", pa.list_(FACE)),
    ]
)
ERRORS = pa.schema([("file", pa.string()), ("error", pa.string())])
SCHEMAS = {"results": RESULTS, "errors": ERRORS}
FORMATS = ("parquet", "jsonl")


class PartsError(FairestError):
    """The folder holds something else."""


class Parts:
    """A sink that writes to a folder and knows the pictures that are in it already."""

    def __init__(self, folder: str, form: str, models: Models, clock: Callable[[], float] = time.monotonic) -> None:
        """Args:
        folder: a path or an address; created if it does not exist.
        form: one of FORMATS.
        models: what the pictures are rated with.
        clock: seconds.

        Raises:
            PartsError: the folder holds results of other models or in the other format, or something else; or its name
                is not UTF-8. LocationError: an address cannot be opened. OSError: it cannot be written.
        """
        if escaped(folder) != folder:
            raise PartsError("Expected a folder whose name is valid UTF-8; received {folder}.", folder=escaped(folder))
        location = locate(folder)
        self._name = folder
        self._files, self._path = location.filesystem, location.path.rstrip("/")
        self._form = form
        self._clock = clock
        self._waiting: dict[str, list[dict[str, Any]]] = {kind: [] for kind in SCHEMAS}
        self._since = clock()
        self._begin(run_facts(models, form))
        self._known: set[bytes] = set()
        self.failed = 0
        """Number of pictures that could not be read, in this run and earlier ones."""
        for kind in SCHEMAS:
            for name in self._names(kind):
                self._known.add(digest(name))
                self.failed += kind == "errors"
        self.before = len(self._known)
        """Number of pictures that were in the folder already."""

    def new(self, file: str) -> bool:
        """Whether a picture is not in the folder yet and was not asked for before."""
        size = len(self._known)
        self._known.add(digest(file))
        return len(self._known) > size

    def write(self, result: Result) -> None:
        """Add one result; it is written within SECONDS as long as more results come."""
        if not any(self._waiting.values()):
            self._since = self._clock()
        record = result.to_dict()
        if result.error is None:
            self._waiting["results"].append(record)
        else:
            self._waiting["errors"].append({"file": result.file, "error": result.error})
            self.failed += 1
        if sum(map(len, self._waiting.values())) >= ROWS or self._clock() - self._since >= SECONDS:
            self.close()

    def close(self) -> None:
        """Write the pending rows. More may be written afterwards."""
        for kind, rows in self._waiting.items():
            if rows:
                self._write(kind, rows)
                rows.clear()

    def _begin(self, facts: dict[str, Any]) -> None:
        path = f"{self._path}/run.json"
        for kind in SCHEMAS:
            self._files.create_dir(f"{self._path}/{kind}", recursive=True)
        if self._files.get_file_info(path).type == FileType.NotFound:
            self._store(path, json.dumps(facts, indent=1).encode())
            return
        with self._files.open_input_stream(path) as stream:
            recorded = self._known_run(path, stream.read())
        differing = sorted(key for key in facts if recorded.get(key) != facts[key])
        if differing:
            raise PartsError(
                "Expected {folder} to be new or from a run with the same options; it differs in {other}. Choose "
                "another folder.",
                folder=self._name,
                other=", ".join(f"{key}: {recorded.get(key)} there, {facts[key]} now" for key in differing),
            )

    def _known_run(self, path: str, text: bytes) -> dict[str, Any]:
        with contextlib.suppress(ValueError, RecursionError):
            recorded = json.loads(text)
            if isinstance(recorded, dict):
                return recorded
        raise PartsError(
            "Expected the record of an earlier run in {path}; it is something else. Choose another folder.", path=path
        )

    def _parts(self, kind: str) -> list[str]:
        infos = self._files.get_file_info(FileSelector(f"{self._path}/{kind}"))
        return sorted(info.path for info in infos if info.path.endswith(self._form) and "/part-" in info.path)

    def _names(self, kind: str) -> Iterator[str]:
        for path in self._parts(kind):
            try:
                if self._form == "parquet":
                    with self._files.open_input_file(path) as stream:
                        yield from pq.read_table(stream, columns=["file"])["file"].to_pylist()
                else:
                    with self._files.open_input_stream(path) as stream:
                        yield from (json.loads(line)["file"] for line in stream.read().splitlines())
            except (ValueError, KeyError, TypeError, pa.ArrowException) as error:
                raise PartsError(
                    "Expected results of an earlier run in {path}; the file is damaged. Remove it, and its pictures "
                    "will be rated again.",
                    path=path,
                ) from error

    def _write(self, kind: str, rows: list[dict[str, Any]]) -> None:
        number = len(self._parts(kind)) + 1
        # The random suffix keeps two runs into one folder from overwriting each other's parts.
        path = f"{self._path}/{kind}/part-{number:06}-{secrets.token_hex(4)}.{self._form}"
        if self._form == "parquet":
            sink = pa.BufferOutputStream()
            pq.write_table(pa.Table.from_pylist([as_text(row) for row in rows], SCHEMAS[kind]), sink)
            self._store(path, sink.getvalue())
        else:
            self._store(path, "".join(json_line(row) + "\n" for row in rows).encode())

    def _store(self, path: str, data: Any) -> None:
        """Write a file under a temporary name and rename it, so that it is never visible half-written."""
        folder, name = path.rsplit("/", 1)
        temporary_path = f"{folder}/.{name}"
        with self._files.open_output_stream(temporary_path) as stream:
            stream.write(data)
        self._files.move(temporary_path, path)


def run_facts(models: Models, form: str) -> dict[str, Any]:
    """The facts that the rows of a folder depend on."""
    models_there = load_manifest(models.rating.weights_dir).models
    sums = sorted(card.sha256 for card in models_there if isinstance(card, ModelCard))
    return {
        "format": form,
        "detector": models.detector,
        "classifier": models.classifier,
        "weights": hashlib.sha256("".join(sums).encode()).hexdigest()[:16],
        **models.rating.model_dump(exclude=set(ModelSettings.model_fields)),
        **models.pictures.model_dump(),
    }


def as_text(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as Parquet can store it: text that is not valid Unicode is escaped."""
    return {name: escaped(value) if isinstance(value, str) else value for name, value in row.items()}


def digest(file: str) -> bytes:
    """Hash a picture's name, of any length, to a few bytes; its escaped form gives the same hash."""
    return hashlib.blake2b(escaped(file).encode(), digest_size=12).digest()
