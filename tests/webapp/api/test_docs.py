from __future__ import annotations

import base64
import hashlib
import re
from unittest.mock import Mock

import pytest

from tests.webapp.api.api_harness import Idle, api, ask
from webapp.api import docs
from webapp.api.docs import CALLS, STYLE
from webapp.api.problems import KINDS


def test_the_page_names_every_operation_option_and_code() -> None:
    answer = ask(api(Idle()), "GET", "/v1/docs")
    schema = ask(api(Idle()), "GET", "/openapi.json").json()
    assert schema["paths"].keys() == CALLS.keys()
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert f"{method.upper()} {path}" in answer.text
            assert all(
                f"<code>{parameter['name']}</code>" in answer.text for parameter in operation.get("parameters", [])
            )
    assert all(f"<code>{code}</code>" in answer.text for code in KINDS)
    assert "curl -F picture=@a.jpg http://localhost:8501/v1/rate" in answer.text


def test_it_is_made_once_however_often_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    make = Mock(side_effect=docs.page)
    monkeypatch.setattr(docs, "page", make)
    app = api(Idle())
    first, second = (ask(app, "GET", "/v1/docs") for _ in range(2))
    assert make.call_count == 1
    assert first.text == second.text
    assert first.headers["content-type"] == second.headers["content-type"] == "text/html; charset=utf-8"


def test_it_loads_nothing_and_runs_nothing() -> None:
    answer = ask(api(Idle()), "GET", "/v1/docs")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert f"<style>{STYLE}</style>" in answer.text
    assert not re.search(r"<(script|link|img|iframe)|\bstyle=|\bon\w+=|url\(", answer.text)
    assert set(re.findall(r'(?:href|src)="([^"]+)"', answer.text)) == {"/openapi.json"}
