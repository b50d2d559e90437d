"""Grafana's dashboard asks for nothing that the page does not tell."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, ProcessCollector

from core.settings import ROOT
from tests.webapp.server.test_prometheus import STATUS
from webapp.server.prometheus import EngineCollector

GRAFANA = ROOT / "deploy" / "grafana"
BOARD = json.loads((GRAFANA / "dashboards" / "fairest.json").read_text())
PANELS: list[dict[str, Any]] = BOARD["panels"]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]]
OF_PROMETHEUS = {"up", "instance"}
WORDS = {"sum", "by", "rate", "increase", "job"}


@pytest.fixture(scope="module")
def sample_labels() -> dict[str, set[str]]:
    """The labels of every sample of /metrics, by the sample's name."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(EngineCollector(lambda: STATUS))
    return {sample.name: set(sample.labels) for family in registry.collect() for sample in family.samples}


def names(query: str) -> set[str]:
    """Of metrics and labels."""
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]', "", query)
    return set(re.findall(r"[a-z_]{2,}", bare)) - WORDS


def test_every_query_names_what_is_reported(sample_labels: dict[str, set[str]]) -> None:
    labels = set().union(*sample_labels.values())
    for query in QUERIES:
        assert names(query) <= sample_labels.keys() | labels | OF_PROMETHEUS, query
        assert names(query) & (sample_labels.keys() | {"up"}), query


def test_every_metric_of_ours_is_shown(sample_labels: dict[str, set[str]]) -> None:
    shown = set().union(*map(names, QUERIES))
    assert {name for name in sample_labels if name.startswith("fairest_") and not name.endswith("_created")} <= shown


def test_counters_are_asked_for_their_rate() -> None:
    for query in QUERIES:
        for name in re.findall(r"\w+_(?:total|sum|count)\b", query):
            assert re.search(rf"(rate|increase)\({name}\[", query), query


def test_legends_name_labels_that_the_series_have(sample_labels: dict[str, set[str]]) -> None:
    for panel in PANELS:
        for target in panel["targets"]:
            grouped = re.search(r"by \((\w+)\)", target["expr"])
            series_labels = (
                {grouped[1]}
                if grouped
                else set().union({"instance"}, *(sample_labels.get(n, set()) for n in names(target["expr"])))
            )
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= series_labels, panel["title"]


def test_panels_lie_side_by_side() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        position = panel["gridPos"]
        cells = {(position["x"] + x, position["y"] + y) for x in range(position["w"]) for y in range(position["h"])}
        assert position["x"] + position["w"] <= 24
        assert not taken & cells, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)


def test_it_is_provisioned_with_the_source_that_it_asks() -> None:
    (source,) = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yaml").read_text())["datasources"]
    source_ids = {target["datasource"]["uid"] for panel in PANELS for target in panel["targets"]}
    assert source_ids == {source["uid"]}
    (provider,) = yaml.safe_load((GRAFANA / "provisioning/dashboards/fairest.yaml").read_text())["providers"]
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]["grafana"]
    folder = provider["options"]["path"]
    assert f"./grafana/dashboards:{folder}:ro" in compose["volumes"]
    assert compose["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] == f"{folder}/fairest.json"
