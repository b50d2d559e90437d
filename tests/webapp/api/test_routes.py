from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.datastructures import Headers

from core.models.manifest import load_manifest
from core.output.sinks import Result
from core.settings import PhotosSettings, PictureSettings, Settings
from tests.patience import PATIENCE
from tests.webapp.api.api_harness import Idle, Quick, api, ask, client, lines, problem
from tests.webapp.asgi import scope
from webapp.api import front
from webapp.api.routes import wants_lines
from webapp.api.schemas import ResultObject
from webapp.photos.album import Models
from webapp.sandbox.answers import JPEG
from webapp.sandbox.insight import PNG_SIGNATURE

NDJSON = {"accept": "application/x-ndjson"}
SETTINGS = Settings(pictures=PictureSettings(max_picture_mb=1), photos=PhotosSettings(max_archive_mb=2, max_pictures=3))


def files(*contents: bytes) -> list[tuple[str, tuple[str, bytes]]]:
    return [("picture", (f"{number}.jpg", content)) for number, content in enumerate(contents)]


def test_a_picture_gets_an_array_of_one_object_of_the_file_contract() -> None:
    answer = ask(api(Quick()), "POST", "/v1/rate?file=holiday/a.jpg", content=JPEG)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    (result,) = answer.json()
    assert result["file"] == "a.jpg"
    assert result["faces"][0]["box"] == [10.0, 20.0, 60.0, 60.0]
    assert result.keys() == Result("", None, None, None, None, []).to_dict().keys()
    ResultObject.model_validate(result)


def test_of_several_a_bad_one_stops_none() -> None:
    answer = ask(api(Quick()), "POST", "/v1/rate", files=files(JPEG, b"none", JPEG))
    results = answer.json()
    assert [result["file"] for result in results] == ["0.jpg", "1.jpg", "2.jpg"]
    assert [result["error"] for result in results] == [None, "Expected a picture; this is none.", None]
    for result in results:
        ResultObject.model_validate(result)


@pytest.mark.parametrize("contents", [(JPEG, b"none"), (b"none",)])
def test_json_lines_when_they_are_asked_for(contents: tuple[bytes, ...]) -> None:
    answer = ask(api(Quick()), "POST", "/v1/rate", files=files(*contents), headers=NDJSON)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert answer.headers["x-request-id"]
    assert [result["error"] is None for result in lines(answer)] == [content == JPEG for content in contents]


def test_options_are_those_of_the_address_and_of_the_form() -> None:
    service = Quick()
    settings = Settings()
    ask(api(service), "POST", "/v1/rate", content=JPEG)
    ask(api(service), "POST", "/v1/rate?detector=facegrid", content=JPEG)
    ask(api(service), "POST", "/v1/rate?detector=facegrid", files=files(JPEG), data={"classifier": "ensemble"})
    ask(api(service), "POST", "/v1/rate?detector=facetracker", files=files(JPEG), data={"detector": "facegrid"})
    assert [models for models, _ in service.requests] == [
        Models(settings.rating.photo_detector, settings.rating.classifier),
        Models("facegrid", settings.rating.classifier),
        Models("facegrid", "ensemble"),
        Models("facegrid", settings.rating.classifier),
    ]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"content": b"none"}, "unreadable_picture"),
        ({"files": files(b"none")}, "unreadable_picture"),
        ({"content": JPEG, "params": {"detector": "nobody"}}, "unknown_model"),
        ({"content": JPEG, "params": {"detector": "mobilenet_v2"}}, "unknown_model"),
        ({"content": JPEG, "params": {"detector": ""}}, "invalid_option"),
        ({"content": JPEG, "params": {"size": "1"}}, "invalid_option"),
        ({"files": files(JPEG), "data": {"size": "1"}}, "invalid_option"),
        ({"files": files(JPEG), "data": {"detector": "nobody"}}, "unknown_model"),
        ({"json": {}}, "unsupported_media_type"),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=x"}}, "bad_request"),
        ({"content": bytes(1_000_001)}, "too_large"),
        ({"files": files(*[bytes(900_000)] * 3 + [bytes(400_000)])}, "too_large"),
        ({"files": files(*[b""] * 4)}, "too_many_pictures"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/rate", "/v1/explain"])
def test_what_cannot_be_done_is_a_problem(path: str, more: dict[str, Any], code: str) -> None:
    assert problem(ask(api(Quick(), SETTINGS), "POST", path, **more)) == code


def test_a_body_without_a_length_is_a_problem() -> None:
    async def chunks() -> Any:
        yield JPEG

    assert problem(ask(api(Quick()), "POST", "/v1/rate", content=chunks())) == "length_required"


def test_options_that_there_are_are_named() -> None:
    detail = ask(api(Quick()), "POST", "/v1/explain?size=1", content=JPEG).json()["detail"]
    assert detail.endswith("the options are detector, classifier, face.")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/v1/rate", "method_not_allowed"),
        ("PUT", "/v1/rate", "method_not_allowed"),
        ("POST", "/v1/models", "method_not_allowed"),
        ("GET", "/v1/", "not_found"),
        ("GET", "/v1/rate/", "not_found"),
        ("GET", "/v1/nothing", "not_found"),
        ("GET", "/v1/..%2f..%2fetc%2fpasswd", "not_found"),
        ("POST", "/openapi.json", "method_not_allowed"),
    ],
)
def test_addresses_and_methods_that_there_are_not(method: str, path: str, code: str) -> None:
    answer = ask(api(Idle()), method, path)
    assert problem(answer) == code
    assert ("allow" in answer.headers) == (code == "method_not_allowed")


def test_the_quota_is_for_pictures_not_for_requests() -> None:
    app = api(Quick(per_minute=3))
    assert ask(app, "POST", "/v1/rate", files=files(JPEG, JPEG)).status_code == 200
    assert ask(app, "POST", "/v1/rate", content=JPEG).status_code == 200
    late = ask(app, "POST", "/v1/rate", content=JPEG)
    assert problem(late) == "too_many_requests"
    assert 0 < int(late.headers["retry-after"]) <= 20


def test_a_face_is_explained() -> None:
    answer = ask(api(Quick()), "POST", "/v1/explain", content=JPEG)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content == PNG_SIGNATURE
    assert problem(ask(api(Quick()), "POST", "/v1/explain?face=1", content=JPEG)) == "no_such_face"
    assert problem(ask(api(Quick()), "POST", "/v1/explain?face=-1", content=JPEG)) == "invalid_option"
    assert problem(ask(api(Quick()), "POST", "/v1/explain", files=files(JPEG), data={"face": "1"})) == "no_such_face"
    assert problem(ask(api(Quick()), "POST", "/v1/explain", files=files(JPEG, JPEG))) == "too_many_pictures"


def test_models_are_those_of_the_manifest() -> None:
    models = ask(api(Idle()), "GET", "/v1/models").json()
    cards = [
        card for card in load_manifest(Settings().rating.weights_dir).models if card.kind in {"detector", "classifier"}
    ]
    assert [(model["kind"], model["name"], model["title"], model["scores"]) for model in models] == [
        (card.kind, card.name, card.title, card.scores) for card in cards
    ]
    settings = Settings()
    assert [model["name"] for model in models if model["default"]] == [
        settings.rating.photo_detector,
        settings.rating.classifier,
    ]


def test_health_is_a_problem_when_the_server_takes_no_work() -> None:
    assert ask(api(Idle()), "GET", "/v1/health").json() == {"status": "ready"}
    answer = ask(api(Idle(), status=lambda: "draining"), "GET", "/v1/health")
    assert problem(answer) == "not_ready"
    assert "draining" in answer.json()["detail"]
    assert answer.headers["retry-after"]


def test_each_line_is_sent_when_its_picture_is_rated() -> None:
    async def scenario() -> None:
        may = asyncio.Semaphore(0)
        service = Quick(may=may)
        sent: asyncio.Queue[Any] = asyncio.Queue()
        async with client(api()) as building:
            request = building.build_request("POST", "/v1/rate", files=files(JPEG, JPEG), headers=NDJSON)
        body, headers = await request.aread(), dict(request.headers.items())
        messages = [{"type": "http.request", "body": body}]

        async def receive() -> Any:
            if messages:
                return messages.pop()
            return await asyncio.Event().wait()

        asgi_scope = scope("http", "POST", "/v1/rate", headers | {"host": "localhost"}, client=("127.0.0.1", 1))
        exchange = asyncio.ensure_future(api(service)(asgi_scope, receive, sent.put))
        assert (await sent.get())["status"] == 200
        for _ in range(2):
            assert sent.empty()
            may.release()
            line = await sent.get()
            assert line["body"].endswith(b"\n")
            assert line["more_body"]
        assert await sent.get() == {"type": "http.response.body", "body": b""}
        await exchange

    asyncio.run(scenario())


@pytest.mark.parametrize(("path", "headers"), [("/v1/rate", NDJSON), ("/v1/rate", {}), ("/v1/explain", {})])
def test_who_reads_slowly_takes_no_place_when_the_work_is_done(
    path: str, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is one place, and its answer is never read."""
    monkeypatch.setattr(front, "AT_ONCE", 1)

    async def scenario() -> list[int]:
        may = asyncio.Semaphore(0)
        app = api(Quick(may=may))
        pictures = files(JPEG, JPEG) if headers else files(JPEG)
        async with client(app) as http_client:
            request = http_client.build_request("POST", path, files=pictures, headers=headers)
            messages = [{"type": "http.request", "body": await request.aread()}]
            begun = asyncio.Event()

            async def receive() -> Any:
                return messages.pop() if messages else await asyncio.Event().wait()

            async def send(message: Any) -> None:
                if message["type"] == "http.response.body":
                    begun.set()
                    await asyncio.Event().wait()

            asgi_scope = scope("http", "POST", path, dict(request.headers.items()), client=("127.0.0.1", 1))
            reading = asyncio.ensure_future(app(asgi_scope, receive, send))
            may.release()
            await begun.wait()
            statuses = []
            if headers:
                statuses.append((await http_client.post("/v1/rate", content=JPEG)).status_code)
                may.release()
            may.release()
            while not statuses or statuses[-1] != 200:
                await asyncio.sleep(0.001)
                statuses.append((await http_client.post("/v1/rate", content=JPEG)).status_code)
            reading.cancel()
            return statuses

    statuses = asyncio.run(asyncio.wait_for(scenario(), PATIENCE))
    assert statuses[0] == (503 if headers else 200), "while it is at work the place is taken"


@pytest.mark.parametrize("headers", [{}, NDJSON])
def test_who_goes_away_takes_no_more_time(headers: dict[str, str]) -> None:
    async def scenario() -> int:
        service = Quick(may=asyncio.Semaphore(0))
        messages: list[Any] = [{"type": "http.request", "body": JPEG}]

        async def receive() -> Any:
            if messages:
                return messages.pop()
            while not service.requests:
                await asyncio.sleep(0.001)
            return {"type": "http.disconnect"}

        async def send(_: Any) -> None: ...

        request_headers = {"host": "localhost", "content-length": "3", **headers}
        await api(service)(scope("http", "POST", "/v1/rate", request_headers, client=("127.0.0.1", 1)), receive, send)
        return service.cancelled

    assert asyncio.run(asyncio.wait_for(scenario(), 60)) == 1


@pytest.mark.parametrize(
    ("accept", "lines"),
    [
        ("application/x-ndjson", True),
        ("application/json;q=0.5, Application/X-NDJSON;q=1", True),
        ("*/*", False),
        ("", False),
        ("application/json", False),
    ],
)
def test_json_lines_are_for_those_who_name_them(accept: str, lines: bool) -> None:
    assert wants_lines(Headers({"accept": accept})) == lines
