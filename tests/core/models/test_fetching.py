from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from core.errors import WeightsError
from core.models import fetching
from core.models.fetching import fetch_missing, missing_models
from core.models.manifest import MANIFEST, load_manifest
from core.settings import ModelSettings
from tests import factories

URL = "https://models.example.org/1"
FILES = {"a.tflite": bytes(range(256)) * 40, "b.tflite": b"b" * 5000}


def card(name: str, content: bytes) -> dict[str, object]:
    digest = hashlib.sha256(content).hexdigest()
    return factories.card(name.removesuffix(".tflite"), "classifier", sha256=digest).model_dump()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a manifest of two files, and without them."""
    weights_folder = tmp_path / "weights"
    weights_folder.mkdir()
    (weights_folder / MANIFEST).write_text(json.dumps({"models": [card(*item) for item in FILES.items()]}))
    return weights_folder


class Site:
    """Answers as a file server does.

    Attributes:
        files: by name.
        requests: (name, range) of each request.
        breaks: an answer gives no more than so many bytes, and breaks off.
        ranges: whether it knows them.
    """

    def __init__(self) -> None:
        self.files = dict(FILES)
        self.requests: list[tuple[str, str | None]] = []
        self.breaks: int | None = None
        self.ranges = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name, byte_range = request.url.path.rsplit("/", 1)[1], request.headers.get("range")
        self.requests.append((name, byte_range))
        content = self.files.get(name)
        if content is None:
            return httpx.Response(404)
        first = int(byte_range.removeprefix("bytes=").removesuffix("-")) if byte_range and self.ranges else 0
        if first >= len(content):
            return httpx.Response(416, headers={"Content-Range": f"bytes */{len(content)}"})
        headers = {"Content-Length": str(len(content) - first)}
        if first:
            headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
        return httpx.Response(206 if first else 200, headers=headers, stream=Broken(content[first:], self.breaks))


class Broken(httpx.SyncByteStream):
    """A body that may break off."""

    def __init__(self, content: bytes, after: int | None) -> None:
        self._content, self._after = content, after

    def __iter__(self) -> Iterator[bytes]:
        yield self._content[: self._after]
        if self._after is not None and self._after < len(self._content):
            raise httpx.RemoteProtocolError("peer closed connection")


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def fetch(folder: Path, site: Site) -> Callable[..., int]:
    def fetched(url: str = URL, **options: object) -> int:
        client = httpx.Client(transport=httpx.MockTransport(site))
        return fetch_missing(ModelSettings(weights_dir=folder, weights_url=url), client=client, **options)  # type: ignore[arg-type]

    return fetched


def test_what_is_missing_is_fetched_once(fetch: Callable[..., int], folder: Path, site: Site) -> None:
    (folder / "b.tflite").write_bytes(FILES["b.tflite"])
    reports: list[tuple[str, int, int]] = []
    assert fetch(progress=lambda *words: reports.append(words)) == 1
    assert (folder / "a.tflite").read_bytes() == FILES["a.tflite"]
    assert reports[-1] == ("a.tflite", 10240, 10240)
    assert missing_models(folder, load_manifest(folder)) == []
    assert fetch() == 0
    assert site.requests == [("a.tflite", None)]


def test_where_all_is_there_no_address_is_needed(fetch: Callable[..., int], folder: Path, site: Site) -> None:
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    assert fetch(url="") == 0
    assert site.requests == []


def test_without_an_address_it_says_which_setting_it_needs(fetch: Callable[..., int]) -> None:
    with pytest.raises(WeightsError, match="FAIREST_WEIGHTS_URL"):
        fetch(url="")


@pytest.mark.parametrize("ranges", [True, False])
def test_what_breaks_off_goes_on_where_the_address_can(
    fetch: Callable[..., int], folder: Path, site: Site, ranges: bool
) -> None:
    site.breaks, site.ranges = 3000, ranges
    if ranges:
        assert fetch() == 2
        assert [byte_range for name, byte_range in site.requests if name == "a.tflite"] == [
            None,
            *("bytes=3000-", "bytes=6000-", "bytes=9000-"),
        ]
        assert (folder / "a.tflite").read_bytes() == FILES["a.tflite"]
        return
    with pytest.raises(WeightsError, match="download failed"):
        fetch()
    assert not (folder / "a.tflite").exists()
    site.breaks = None
    assert fetch() == 2


def test_a_later_call_goes_on_too(fetch: Callable[..., int], folder: Path, site: Site) -> None:
    (folder / "a.tflite.part").write_bytes(FILES["a.tflite"][:100])
    (folder / "b.tflite.part").write_bytes(FILES["b.tflite"])
    assert fetch() == 2
    assert site.requests == [("a.tflite", "bytes=100-"), ("b.tflite", "bytes=5000-")]
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    assert not list(folder.glob("*.part"))


def test_another_file_is_refused_and_forgotten(fetch: Callable[..., int], folder: Path, site: Site) -> None:
    site.files["a.tflite"] = b"another"
    with pytest.raises(WeightsError, match=r"expected the model file a.tflite with SHA-256 .* Check that"):
        fetch()
    assert [path.name for path in folder.glob("a.*")] == []
    site.files["a.tflite"] = FILES["a.tflite"]
    assert fetch() == 2


def test_the_rest_of_another_version_is_forgotten(fetch: Callable[..., int], folder: Path) -> None:
    (folder / "a.tflite.part").write_bytes(b"old" * 10_000)
    assert fetch() == 2
    assert (folder / "a.tflite").read_bytes() == FILES["a.tflite"]


def test_an_address_without_the_file_is_reported(fetch: Callable[..., int], site: Site) -> None:
    del site.files["a.tflite"]
    with pytest.raises(WeightsError, match=r"received HTTP status 404. Check FAIREST_WEIGHTS_URL"):
        fetch()
    assert len(site.requests) == 1


def test_what_is_far_too_large_is_given_up(
    fetch: Callable[..., int], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 1000)
    with pytest.raises(WeightsError, match="at most 1000 bytes"):
        fetch()
    assert not list(folder.glob("*.part"))


def test_a_server_in_trouble_is_asked_again(folder: Path) -> None:
    site, answers = Site(), [503, 502]

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(answers.pop()) if answers else site(request)

    client = httpx.Client(transport=httpx.MockTransport(answer))
    assert fetch_missing(ModelSettings(weights_dir=folder, weights_url=URL), client=client) == 2


def test_a_folder_of_ones_own_gets_manifest_and_reports_from_the_code(
    folder: Path, tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "reports").mkdir()
    (folder / "reports" / "speed.json").write_text("{}")
    (folder / "left.tflite").write_bytes(b"not copied")
    monkeypatch.setattr(fetching, "WEIGHTS", folder)
    own_folder = tmp_path / "mine"
    client = httpx.Client(transport=httpx.MockTransport(site))
    assert fetch_missing(ModelSettings(weights_dir=own_folder, weights_url=URL), client=client) == 2
    files = {path.relative_to(own_folder).as_posix() for path in own_folder.rglob("*") if path.is_file()}
    assert files - {fetching.LOCK} == {MANIFEST, "reports/speed.json", *FILES}


@pytest.mark.skipif(os.geteuid() == 0, reason="who runs the tests may write everywhere")
def test_a_folder_that_cannot_be_written_is_reported(fetch: Callable[..., int], folder: Path) -> None:
    folder.chmod(0o500)
    with pytest.raises(WeightsError, match="FAIREST_WEIGHTS_DIR"):
        fetch()


def test_a_file_in_the_folders_place_is_reported(tmp_path: Path) -> None:
    (tmp_path / "weights").write_text("a file")
    with pytest.raises(WeightsError, match="FAIREST_WEIGHTS_DIR"):
        fetch_missing(ModelSettings(weights_dir=tmp_path / "weights", weights_url=URL))


def test_of_two_at_once_one_fetches(folder: Path, site: Site) -> None:
    counts: list[int] = []

    def run() -> None:
        client = httpx.Client(transport=httpx.MockTransport(site))
        counts.append(fetch_missing(ModelSettings(weights_dir=folder, weights_url=URL), client=client))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 2]
    assert len(site.requests) == 2
