from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator

import httpx
import pytest
from starlette.datastructures import Headers

from core.settings import PhotosSettings, PictureSettings, Settings
from webapp.api.pictures import BYTES, FORM, Brought, content_type, max_mb, read
from webapp.api.problems import ProblemError
from webapp.common.refused import RefusedError

SETTINGS = Settings(pictures=PictureSettings(max_picture_mb=1), photos=PhotosSettings(max_archive_mb=3))


def taken(body: bytes, headers: dict[str, str], name: str | None = None, most: int = 3) -> Brought:
    request_headers = Headers(headers)

    async def chunks() -> AsyncGenerator[bytes]:
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]

    return asyncio.run(read(chunks(), content_type(request_headers), request_headers, SETTINGS, name, most))


def form(*files: tuple[str, str, bytes], **fields: str) -> tuple[bytes, dict[str, str]]:
    """A form's body and headers. files: field, name, content."""
    request = httpx.Request(
        "POST", "http://x", data=fields, files=[(field, (name, content)) for field, name, content in files]
    )
    return request.read(), dict(request.headers)


def code(body: bytes, headers: dict[str, str], most: int = 3) -> str:
    with pytest.raises(ProblemError) as caught:
        taken(body, headers, most=most)
    return caught.value.code


@pytest.mark.parametrize("kind", ["image/jpeg", "image/x-anything", BYTES, "Image/PNG; q=1", None])
def test_a_body_is_a_picture(kind: str | None) -> None:
    brought = taken(b"abc" * 1000, {"content-type": kind} if kind else {}, name="../a.jpg")
    assert [(picture.name, picture.data) for picture in brought.pictures] == [("a.jpg", b"abc" * 1000)]
    assert taken(b"", {}).pictures[0].name == "picture"


def test_a_form_holds_pictures_and_options() -> None:
    files = [("picture", r"C:\me\a.jpg", b"a" * 5000), ("picture", "/tmp/б.jpg", b""), ("picture", "\u202eb", b"b")]
    brought = taken(*form(*files, detector="facegrid"))
    assert [(picture.name, picture.data) for picture in brought.pictures] == [
        ("a.jpg", b"a" * 5000),
        ("б.jpg", b""),
        ("b", b"b"),
    ]
    assert brought.options == {"detector": "facegrid"}


def test_nothing_touches_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    monkeypatch.setattr(tempfile, "TemporaryFile", fail)
    assert len(taken(*form(("picture", "a", bytes(900_000)), ("picture", "b", bytes(2_000_000)))).pictures) == 2


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", "imag/e", ""])
def test_another_kind_of_body_is_refused(kind: str) -> None:
    with pytest.raises(ProblemError, match="Expected a picture as image/") as caught:
        content_type(Headers({"content-type": kind}))
    assert caught.value.code == "unsupported_media_type"
    assert ("-F" in caught.value.detail()) == (kind.endswith("urlencoded"))


def test_a_form_that_holds_no_picture_is_reported() -> None:
    assert code(*_fields(picture="a.jpg")) == "no_picture"
    assert code(*_fields(detector="facegrid")) == "no_picture"
    assert code(*form(("file", "a.jpg", b"a"))) == "invalid_option"


def _fields(**fields: str) -> tuple[bytes, dict[str, str]]:
    """A form without files."""
    parts = "".join(
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    return f"{parts}--edge--\r\n".encode(), {"content-type": "multipart/form-data; boundary=edge"}


@pytest.mark.parametrize(
    "headers",
    [{"content-type": FORM}, {"content-type": f"{FORM}; boundary=edge"}, {"content-type": f"{FORM}; boundary="}],
)
@pytest.mark.parametrize(
    "body", [b"", b"no form", b"--edge", b"--edge\r\n\r\n", b"--edge\r\nContent-Disposition: x\r\n\r\n"]
)
def test_what_is_no_form_is_reported(headers: dict[str, str], body: bytes) -> None:
    assert code(body, headers) in {"bad_request", "no_picture"}


@pytest.mark.parametrize(
    "charset",
    [
        "charset=undefined",
        "charset=utf-7",
        "charset=unicode_escape",
        "CharSet='",
        "charset*=x''idna",
        "charset=latin-1",
    ],
)
def test_the_text_of_a_form_is_in_utf_8_whatever_its_header_says(charset: str) -> None:
    body, headers = form(("picture", "ä\\ud800+2AA-.jpg", b"a"), detector="ä\\ud800+2AA-")
    headers["content-type"] += f"; {charset}"
    brought = taken(body, headers)
    assert brought.options == {"detector": "ä\\ud800+2AA-"}
    assert [picture.data for picture in brought.pictures] == [b"a"]


@pytest.mark.parametrize(("boundary", "shown"), [("a;b c", "a;b c"), ('a"b', r"a\"b"), (r"a\b", r"a\\b"), ("ä", "ä")])
def test_a_boundary_may_be_quoted(boundary: str, shown: str) -> None:
    body, headers = _fields(picture="a.jpg")
    headers["content-type"] = f'multipart/form-data; charset=undefined; boundary="{shown}"'
    assert code(body.replace(b"edge", boundary.encode("latin-1")), headers) == "no_picture"


def test_too_many_pictures_are_told_from_what_is_no_form() -> None:
    files = [("picture", f"{number}.jpg", b"x") for number in range(4)]
    assert code(*form(*files)) == "too_many_pictures"
    assert len(taken(*form(*files), most=4).pictures) == 4
    assert code(*_fields(**{f"a{number}": "x" for number in range(30)})) == "bad_request"
    assert code(*_fields(detector="x" * 5000)) == "bad_request"


def test_one_picture_may_be_no_larger_in_a_form_than_without() -> None:
    assert (max_mb(BYTES, SETTINGS), max_mb(FORM, SETTINGS)) == (1, 4)
    with pytest.raises(RefusedError, match="at most 1 MB"):
        taken(*form(("picture", "a", bytes(1_100_000))))
