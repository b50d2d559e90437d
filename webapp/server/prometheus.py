"""Export the engine's status as Prometheus metrics."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from core.live.status import Status


class EngineCollector(Collector):
    """Reads the status at each scrape; before there is an engine, only the thread count is exported."""

    def __init__(self, status: Callable[[], Status | None]) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        """Yield the current metrics (see prometheus_client's Collector)."""
        yield GaugeMetricFamily("fairest_threads", "Python threads of the process.", threading.active_count())
        status = self._status()
        if status is None:
            return
        yield GaugeMetricFamily("fairest_viewers", "Live viewers that have a place.", status.viewers)
        yield GaugeMetricFamily("fairest_viewers_waiting", "Live viewers that wait for a place.", status.waiting)
        yield GaugeMetricFamily("fairest_viewers_most", "Maximum number of live viewers.", status.max_viewers)
        yield GaugeMetricFamily("fairest_admits", "1 if one more viewer would be admitted, else 0.", int(status.admits))
        yield GaugeMetricFamily("fairest_draining", "1 when the server is about to stop, else 0.", int(status.draining))
        yield GaugeMetricFamily(
            "fairest_load_ratio", "Share of the machine's cores that the process uses.", status.load
        )
        yield GaugeMetricFamily(
            "fairest_queue_age_seconds",
            "Mean waiting time of the frames analysed in the last few seconds.",
            status.queue_age,
        )
        yield GaugeMetricFamily(
            "fairest_loop_delay_seconds", "Maximum recent delay of the video's event loop.", status.loop_delay
        )
        yield GaugeMetricFamily("fairest_analyses_at_once", "Number of analyses that run concurrently.", status.at_once)
        yield GaugeMetricFamily(
            "fairest_giving_way", "1 while analysis yields so that video stays on time, else 0.", int(status.gives_way)
        )
        yield CounterMetricFamily(
            "fairest_viewers_refused", "Viewers that found the server full.", status.refused_viewers
        )
        counts = status.counts
        yield CounterMetricFamily("fairest_received_frames", "Frames submitted for analysis.", counts.received)
        yield CounterMetricFamily("fairest_analysed_frames", "Frames analysed.", counts.analysed)
        yield CounterMetricFamily(
            "fairest_dropped_frames", "Frames replaced by a newer one before analysis.", counts.dropped
        )
        yield CounterMetricFamily("fairest_failed_frames", "Frames whose analysis failed.", counts.failed)
        places = CounterMetricFamily("fairest_place_analysed_frames", "Frames analysed, by place.", labels=["place"])
        for seat, analysed in sorted(status.analysed_by_seat.items()):
            places.add_metric([str(seat)], analysed)
        yield places
        refusals = CounterMetricFamily("fairest_refused_faces", "Faces not rated, by reason.", labels=["reason"])
        for reason, faces in sorted(status.refusals.items()):
            refusals.add_metric([reason], faces)
        yield refusals
        stages = SummaryMetricFamily("fairest_stage_seconds", "Time spent in each stage.", labels=["stage"])
        for stage, (runs, seconds) in sorted(status.stages.items()):
            stages.add_metric([stage], count_value=runs, sum_value=seconds)
        yield stages
