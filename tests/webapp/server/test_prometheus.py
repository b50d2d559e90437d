from __future__ import annotations

from collections import Counter

from prometheus_client import CollectorRegistry

from core.live.status import Status
from core.live.viewer import Counts
from webapp.server.prometheus import EngineCollector

STATUS = Status(
    viewers=2,
    waiting=1,
    max_viewers=2,
    load=0.6,
    queue_age=0.012,
    counts=Counts(received=100, analysed=60, dropped=39, failed=1),
    analysed_by_seat={0: 31, 1: 29},
    refusals=Counter({"too small": 3}),
    refused_viewers=4,
    stages={"detect": (60, 0.6)},
    stuck=False,
    draining=True,
    gives_way=True,
    loop_delay=0.07,
    admits=False,
    at_once=2,
)


def test_the_status_is_reported_in_base_units() -> None:
    registry = CollectorRegistry()
    registry.register(EngineCollector(lambda: STATUS))
    for name, value in (
        ("fairest_viewers", 2),
        ("fairest_viewers_waiting", 1),
        ("fairest_viewers_most", 2),
        ("fairest_draining", 1),
        ("fairest_load_ratio", 0.6),
        ("fairest_queue_age_seconds", 0.012),
        ("fairest_received_frames_total", 100),
        ("fairest_analysed_frames_total", 60),
        ("fairest_dropped_frames_total", 39),
        ("fairest_failed_frames_total", 1),
        ("fairest_viewers_refused_total", 4),
        ("fairest_giving_way", 1),
        ("fairest_loop_delay_seconds", 0.07),
        ("fairest_admits", 0),
        ("fairest_analyses_at_once", 2),
    ):
        assert registry.get_sample_value(name) == value, name
    assert registry.get_sample_value("fairest_place_analysed_frames_total", {"place": "1"}) == 29
    assert registry.get_sample_value("fairest_refused_faces_total", {"reason": "too small"}) == 3
    assert registry.get_sample_value("fairest_stage_seconds_sum", {"stage": "detect"}) == 0.6
    assert registry.get_sample_value("fairest_stage_seconds_count", {"stage": "detect"}) == 60


def test_before_there_is_an_engine_only_threads_are_reported() -> None:
    registry = CollectorRegistry()
    registry.register(EngineCollector(lambda: None))
    assert registry.get_sample_value("fairest_viewers") is None
    assert (registry.get_sample_value("fairest_threads") or 0) >= 1
