"""What a chart shows, as plain values."""

from __future__ import annotations

import json
from typing import Any


def rows(chart: Any, field: str) -> list[dict[str, Any]]:
    """The rows of its data that have a field, in order."""
    return [row for data in chart.to_dict()["datasets"].values() for row in data if field in row]


def column(chart: Any, field: str) -> list[Any]:
    """A field's values."""
    return [row[field] for row in rows(chart, field)]


def spec(chart: Any) -> str:
    """The chart as Vega-Lite reads it."""
    return json.dumps(chart.to_dict(), ensure_ascii=False)


def described(chart: Any) -> str:
    """What a screen reader says of it."""
    return str(chart.to_dict()["description"])


def titles(chart: Any) -> set[str]:
    """What its axes, legends and tooltips are called."""
    texts: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("title"), str):
                texts.add(node["title"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(chart.to_dict())
    return texts
