"""The Kubernetes files are what its API takes, by the schemas of its newest versions."""

from __future__ import annotations

from typing import Any

import kubernetes_validate
import pytest
import yaml

from core.settings import ROOT

FILES = sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
OBJECTS = [
    pytest.param(document, id=f"{path.stem}-{document['kind']}")
    for path in FILES
    for document in yaml.safe_load_all(path.read_text())
    if "kind" in document
]
VERSIONS = ("1.32", kubernetes_validate.latest_version())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("one", OBJECTS)
def test_each_object_is_valid(one: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(one, version, strict=True)


def test_a_misspelt_field_is_not() -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"port": []}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(service, VERSIONS[-1], strict=True)
