"""API requests, valid and hostile: each must be answered correctly, or with the expected problem."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.patience import PATIENCE
from tests.soak.photos import content

JPEG = {"Content-Type": "image/jpeg"}
BORDER = "soak"
FORM = {"Content-Type": f"multipart/form-data; boundary={BORDER}"}
OFFER = "/live/offer"
RATE = "/v1/rate"
OTHER_MODEL = "sexyness_cnn"

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers by lower-case name, body."""


def ask(url: str, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
    """Send one request on a connection of its own; underscores in header names stand for hyphens.

    Honours Retry-After from a busy server, for PATIENCE at most.
    """
    header_fields = {name.replace("_", "-"): value for name, value in headers.items()}
    end = time.monotonic() + PATIENCE
    while True:
        answer = _request(url, method, path, body, header_fields)
        wait = answer[1].get("retry-after")
        if answer[0] != 503 or wait is None or time.monotonic() > end:
            return answer
        waits.append(float(wait))
        time.sleep(float(wait))


waits: list[float] = []
"""Seconds of every Retry-After received."""


def _request(url: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def form(*names: str, field: str = "picture") -> bytes:
    """Return a form with these files."""
    parts = [
        f'--{BORDER}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode()
        + content(name)
        + b"\r\n"
        for name in names
    ]
    return b"".join(parts) + f"--{BORDER}--\r\n".encode()


def rated(answer: Answer, *counts: int) -> None:
    """Raise AssertionError unless the answer has these numbers of rated faces, one per picture."""
    status, _, body = answer
    assert status == 200, f"expected 200; received {status}: {body[:200]!r}"
    text = body.decode()
    results = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
    rated_counts = [sum(face["rating"] is not None for face in result["faces"]) for result in results]
    assert rated_counts == list(counts), f"expected {list(counts)} rated faces; received {rated_counts}"


def problem(answer: Answer, code: str) -> None:
    """Raise AssertionError unless the answer is this problem."""
    status, headers, body = answer
    kind = headers.get("content-type")
    assert kind == "application/problem+json", f"expected a problem, {code}; received {status} {kind}: {body[:200]!r}"
    document: dict[str, Any] = json.loads(body)
    assert (document["code"], document["status"]) == (code, status), f"expected {code}; received {status}: {document}"
    assert document["detail"].endswith("."), f"expected a sentence; received {document['detail']!r}"


def sentence(answer: Answer, expected: int) -> None:
    """Raise AssertionError unless an offer is refused with this status and an explanation."""
    status, _, body = answer
    assert status == expected, f"expected {expected}; received {status}: {body[:200]!r}"
    assert body.decode().rstrip().endswith("."), f"expected a sentence; received {body[:200]!r}"


def _picture(url: str) -> None:
    rated(ask(url, "POST", RATE, content("face.jpg"), **JPEG), 1)


def _form(url: str) -> None:
    rated(ask(url, "POST", RATE, form("face.jpg", "landscape.jpg"), **FORM), 1, 0)


def _lines(url: str) -> None:
    names = ("face.webp", "landscape.jpg", "text.jpg")
    rated(ask(url, "POST", RATE, form(*names), **FORM, Accept="application/x-ndjson"), 1, 0, 0)


def _other_model(url: str) -> None:
    """Rate with another model; then with the default ones again, since workers keep only the last model."""
    rated(ask(url, "POST", f"{RATE}?classifier={OTHER_MODEL}", content("face.jpg"), **JPEG), 1)
    _picture(url)


def _explain(url: str) -> None:
    status, headers, body = ask(url, "POST", "/v1/explain", content("face.jpg"), **JPEG)
    assert status == 200, f"expected 200; received {status}: {body[:200]!r}"
    assert (headers["content-type"], body[:4]) == ("image/png", b"\x89PNG"), f"expected a PNG; received {body[:20]!r}"


def _get(path: str) -> Callable[[str], None]:
    def call(url: str) -> None:
        status, _, body = ask(url, "GET", path)
        assert status == 200, f"expected 200 of {path}; received {status}: {body[:200]!r}"
        assert body, f"expected that {path} says something"

    return call


def _refused(code: str, method: str, path: str, body: bytes = b"", **headers: str) -> Callable[[str], None]:
    return lambda url: problem(ask(url, method, path, body, **headers), code)


def _bad_offer(status: int, body: bytes, kind: str = "application/json", **headers: str) -> Callable[[str], None]:
    return lambda url: sentence(ask(url, "POST", OFFER, body, Content_Type=kind, **headers), status)


def _hangs_up(url: str) -> None:
    """Announce a picture, send half of it and disconnect; no answer can be received."""
    data = content("face.jpg")
    head = f"POST {RATE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
    with socket.create_connection((urlsplit(url).hostname or "", urlsplit(url).port or 80), PATIENCE) as line:
        line.sendall(head.encode() + data[: len(data) // 2])


def _not_http(url: str) -> None:
    """Send something other than HTTP; expect a closed connection or status 400."""
    with socket.create_connection((urlsplit(url).hostname or "", urlsplit(url).port or 80), PATIENCE) as line:
        line.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
        line.settimeout(PATIENCE)
        response = line.recv(1000)
        assert not response or b" 400 " in response.splitlines()[0], f"expected 400; received {response[:100]!r}"


def _too_large(url: str) -> None:
    """Announce more than the size limit; expect a refusal before the body is sent."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        connection.putrequest("POST", RATE)
        for name, value in (JPEG | {"Content-Length": "900000000"}).items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        problem((answer.status, headers, answer.read()), "too_large")
    finally:
        connection.close()


GOOD: dict[str, Callable[[str], None]] = {
    "a picture": _picture,
    "two pictures in a form": _form,
    "three pictures, by lines": _lines,
    "another model": _other_model,
    "why": _explain,
    "models": _get("/v1/models"),
    "health": _get("/v1/health"),
    "description": _get("/openapi.json"),
    "documentation": _get("/v1/docs"),
    "the page": _get("/"),
}
_SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
_VIDEO = "".join(
    f"{line}\r\n"
    for line in (
        "m=video 9 UDP/TLS/RTP/SAVPF 96",
        "c=IN IP4 0.0.0.0",
        "a=mid:0",
        "a=sendrecv",
        "a=ice-ufrag:soak",
        "a=ice-pwd:soaksoaksoaksoaksoaksoak",
        f"a=fingerprint:sha-256 {':'.join(['AA'] * 32)}",
        "a=setup:actpass",
        "a=rtcp-mux",
        "a=rtpmap:96 VP8/90000",
    )
)
BAD: dict[str, Callable[[str], None]] = {
    "text for a picture": _refused("unreadable_picture", "POST", RATE, content("text.jpg"), **JPEG),
    "a cut picture": _refused("unreadable_picture", "POST", RATE, content("cut.jpg"), **JPEG),
    "a huge picture": _refused("unreadable_picture", "POST", RATE, content("huge.png"), **JPEG),
    "a form without a picture": _refused("no_picture", "POST", RATE, form(), **FORM),
    "a wrong field": _refused("invalid_option", "POST", RATE, form("face.jpg", field="photo"), **FORM),
    "another kind of body": _refused("unsupported_media_type", "POST", RATE, b"{}", Content_Type="application/json"),
    "an unknown model": _refused("unknown_model", "POST", f"{RATE}?classifier=nobody", content("face.jpg"), **JPEG),
    "an unknown option": _refused("invalid_option", "POST", f"{RATE}?colour=red", content("face.jpg"), **JPEG),
    "a face too many": _refused("no_such_face", "POST", "/v1/explain?face=7", content("face.jpg"), **JPEG),
    "another method": _refused("method_not_allowed", "GET", RATE),
    "another address": _refused("not_found", "GET", "/v1/nothing"),
    "another site": _refused("other_site", "POST", RATE, content("face.jpg"), Origin="https://other.example", **JPEG),
    "too large": _too_large,
    "half a picture": _hangs_up,
    "no HTTP": _not_http,
    "no offer": _bad_offer(400, b'{"sdp": "nonsense", "type": "offer"}'),
    "an offer of nothing": _bad_offer(400, json.dumps({"sdp": _SDP, "type": "offer"}).encode()),
    "an offer of another kind": _bad_offer(415, b"offer", "text/plain"),
    "a large offer": _bad_offer(413, b"v" * 100_000, "application/sdp"),
    "an offer for a session that is over": _bad_offer(
        404, json.dumps({"sdp": _SDP + _VIDEO, "type": "offer", "mode": "drawn", "session": "gone"}).encode()
    ),
}
CALLS = GOOD | BAD
