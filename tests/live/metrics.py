"""The app's metrics from /metrics."""

from __future__ import annotations

import urllib.request

from prometheus_client.parser import text_string_to_metric_families


def samples(url: str) -> dict[str, float]:
    """Return values by name; labelled ones by "name value-of-the-label"."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=5) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in families
        for sample in family.samples
    }


def analysed_by_seat(url: str) -> list[float]:
    """Return the frames analysed so far, by seat."""
    return [value for name, value in samples(url).items() if name.startswith("fairest_place_analysed_frames_total ")]
