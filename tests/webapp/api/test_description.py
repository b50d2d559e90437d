"""What the API says of itself. After a change that is meant: python -m tests.webapp.api.test_description"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from core.output.files import write_file
from tests.webapp.api.api_harness import Idle, api, ask
from webapp.api import description
from webapp.api.problems import KINDS
from webapp.api.routes import PREFIX
from webapp.api.schemas import RESULT, ResultObject

SNAPSHOT = Path(__file__).parent / "openapi.json"


def document() -> dict[str, Any]:
    schema: dict[str, Any] = ask(api(Idle()), "GET", "/openapi.json").json()
    return schema


def snapshot() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def test_it_is_what_programs_were_written_against() -> None:
    assert snapshot() == SNAPSHOT.read_text(encoding="utf-8"), "run: python -m tests.webapp.api.test_description"


def test_it_is_made_once_however_often_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    describe = Mock(side_effect=description.document)
    monkeypatch.setattr(description, "document", describe)
    app = api(Idle())
    first, second = (ask(app, "GET", "/openapi.json") for _ in range(2))
    assert describe.call_count == 1
    assert first.json() == second.json() == document()
    assert first.headers["content-type"] == "application/json"


def test_every_operation_has_an_example_or_a_schema_and_its_problems() -> None:
    schema = document()
    assert schema["paths"].keys() == {f"{PREFIX}/{name}" for name in ("rate", "explain", "models", "health")}
    described_codes: set[str] = set()
    for operations in schema["paths"].values():
        for operation in operations.values():
            assert operation["summary"]
            for status, answer in operation["responses"].items():
                if status == "200":
                    assert all("schema" in content for content in answer["content"].values())
                else:
                    assert list(answer["content"]) == ["application/problem+json"]
                    described_codes |= {code for code in KINDS if f"`{code}`" in answer["description"]}
    # Those of addresses that there are not stand nowhere.
    assert set(KINDS) - described_codes == {"not_found", "method_not_allowed"}


def test_every_reference_leads_somewhere() -> None:
    schema = document()
    text = json.dumps(schema)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in schema["components"]["schemas"]
    assert "HTTPValidationError" not in text


def test_the_example_is_an_answer() -> None:
    ResultObject.model_validate(RESULT)
    content = document()["paths"]["/v1/rate"]["post"]["responses"]["200"]["content"]
    assert content["application/json"]["example"] == [RESULT]


if __name__ == "__main__":
    write_file(SNAPSHOT, snapshot())
