"""Pictures from an object store and results into it: moto's server stands for S3."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pyarrow.parquet as pq
import pytest
from pyarrow.fs import S3FileSystem

from core.batch.filesystems import locate
from core.settings import ROOT
from tests import faces
from tests.patience import PATIENCE

moto = pytest.importorskip("moto.server")
KEYS = "akey:asecret"


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """The options of an address that lead to the store."""
    server = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"endpoint_override={host}:{port}&scheme=http&region=us-east-1"
    server.stop()


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    models = ("--detector", "facetracker", "--classifier", "sexyness_cnn")
    command = [sys.executable, "-m", "core", *arguments, *models]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=2 * PATIENCE, check=False)


def test_pictures_of_a_bucket_into_a_bucket(store: str) -> None:
    bucket = locate(f"s3://{KEYS}@pictures?{store}&allow_bucket_creation=true")
    assert isinstance(bucket.filesystem, S3FileSystem)
    bucket.filesystem.create_dir("pictures/in/sub")
    pictures = sorted(faces.FOLDER.glob("*.jpg"))[:3]
    for path in pictures:
        with bucket.filesystem.open_output_stream(f"pictures/in/sub/{path.name}") as stream:
            stream.write(path.read_bytes())
    with bucket.filesystem.open_output_stream("pictures/in/bad.jpg") as stream:
        stream.write(b"no picture")
    address, out = f"s3://{KEYS}@pictures/in?{store}", f"s3://{KEYS}@pictures/out/?{store}"
    for _ in range(2):
        completed = call(address, "--out", out, "--format", "parquet", "--processes", "2")
        assert completed.returncode == 1, completed.stderr
    names = pq.read_table("pictures/out/results", filesystem=bucket.filesystem)["file"].to_pylist()
    assert names == [f"s3://pictures/in/sub/{path.name}" for path in pictures]
    errors = pq.read_table("pictures/out/errors", filesystem=bucket.filesystem).to_pylist()
    assert [row["file"] for row in errors] == ["s3://pictures/in/bad.jpg"]


def test_a_store_that_is_not_there_gets_a_sentence() -> None:
    endpoint = "endpoint_override=127.0.0.1:1&scheme=http&region=us-east-1"
    completed = call(f"s3://{KEYS}@pictures/in?{endpoint}")
    assert completed.returncode == 2
    assert "Traceback" not in completed.stderr
    assert "s3://" in completed.stderr
    assert "asecret" not in completed.stderr
