from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from core.batch.listing import list_pictures
from core.batch.remote import Server, through_server
from core.client import ApiError, Client
from core.output.sinks import Result
from core.settings import PictureSettings
from tests.core.batch.factories import damaged_zip, jpeg, table
from tests.core.client.fake_server import problem, rated

SERVER = Server("http://fairest.example", "lab.x", "facegrid", None)


def through(paths: list[str], refusal: httpx.Response | None = None) -> tuple[list[Result], list[httpx.Request]]:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return refusal or (rated() if request.content.startswith(b"\xff\xd8") else problem(422, "unreadable_picture"))

    client = Client(SERVER.url, SERVER.key, transport=httpx.MockTransport(answer))
    listed = list(list_pictures(paths))
    return list(through_server(listed, SERVER, PictureSettings(max_picture_mb=1), client)), requests


def test_files_and_rows_of_tables_are_rated_and_keep_their_names(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    (tmp_path / "c.jpg").write_bytes(bytes(1_100_000))
    rows = table(tmp_path / "t.parquet", [jpeg(2), jpeg(3)])
    paths = [str(tmp_path / name) for name in ("a.jpg", "b.jpg", "c.jpg", "absent.jpg")]
    results, requests = through([*paths, str(rows)])
    assert [result.file for result in results[:4]] == paths
    assert [result.error is None for result in results] == [True, False, False, False, True, True]
    assert "at most 1 MB" in str(results[2].error)
    assert sorted(request.content[:2] for request in requests) == [b"no", *[b"\xff\xd8"] * 3]
    assert {request.headers["authorization"] for request in requests} == {"Bearer lab.x"}
    assert {dict(request.url.params)["detector"] for request in requests} == {"facegrid"}


def test_entries_of_a_zip_that_cannot_be_read_stop_no_others(tmp_path: Path) -> None:
    results, requests = through([f"zip://::{damaged_zip(tmp_path / 'a.zip')}"])
    assert [result.file for result in results if result.error is None] == ["a.jpg", "z.jpg"]
    assert len(results) == 6
    assert len(requests) == 2


def test_a_server_that_refuses_ends_it(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    with pytest.raises(ApiError, match="Expected less"):
        through([str(tmp_path / "a.jpg")], problem(401, "key_required"))
