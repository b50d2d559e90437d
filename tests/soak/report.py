"""The report of a soak, as stored in weights/reports/soak.json and printed.

Flat; counts are integers, other numbers are rounded. Unknown values are null.

seed, hours, cores, passed    parameters, and whether all criteria were met
cycles, visits, ..., probes   number of each event (tests.soak.conductor.Conductor._count)
failures, failure_sentences   number of failures, and the first messages
cpu_server, cpu_workers       shares of a core over the whole run; load_mean, load_peak: of the whole machine
memory_mb_an_hour, _low, _high           slope of all samples after the first quarter, with its 95 % interval
memory_at_rest_mb_an_hour, _low, _high   the same of the minimum of each rest
memory_first_mb, memory_last_mb, memory_peak_mb   at the first rest, at the last, and the overall maximum
NAME_first, NAME_last, NAME_more   threads, sockets, descriptors, worker_threads, worker_descriptors: minimum of the
                                   rests in the first quarter, in the last, and the difference
NAME_p95_second, _last, _change    95th percentile of the second quarter, of the last, and its relative increase:
                                   photo_ms wall time, photo_by_loop relative to a fixed computation at the same moment,
                                   photo_cpu_ms the workers' CPU time, loop_ms the fixed computation itself,
                                   faces_age_ms of live video
memory_steady, threads_steady, sockets_steady, descriptors_steady, latency_steady, all_answered_right   the criteria
"""

from __future__ import annotations

import os
import statistics
from typing import Any

from tests.soak.conductor import Record
from tests.soak.judgement import HOUR, of_counts, of_latency, of_memory, verdict

SENTENCES = 20
"""Maximum number of failure messages in the report; further failures are only counted."""


def report(record: Record) -> dict[str, Any]:
    """Return the report; see the module."""
    begin, end = record.began, record.ended
    memory, counts = of_memory(record.samples, begin, end), of_counts(record.samples, begin, end)
    latency = of_latency(record.probes, record.ages, begin, end)
    figures = memory | counts | latency
    verdicts = verdict(figures, len(record.failures))
    return {
        "seed": record.seed,
        "hours": round((end - begin) / HOUR, 2),
        "cores": os.cpu_count(),
        "passed": all(verdicts.values()),
        **dict(sorted(record.counts.items())),
        "failures": len(record.failures),
        "failure_sentences": [
            f"after {moment:.0f} s, {activity}: {sentence}"
            for moment, activity, sentence in record.failures[:SENTENCES]
        ],
        **_load(record),
        **{name: None if value is None else round(value, 3) for name, value in figures.items()},
        **verdicts,
    }


def _load(record: Record) -> dict[str, float | None]:
    """Return the server's CPU use and the machine's load."""
    samples = record.samples
    if len(samples) < 2:
        return dict.fromkeys(("cpu_server", "cpu_workers", "load_mean", "load_peak"))
    first, last = samples[0], samples[-1]
    seconds = last.at - first.at
    loads = [sample.reading.load for sample in samples]
    return {
        "cpu_server": round((last.reading.server_cpu - first.reading.server_cpu) / seconds, 3),
        "cpu_workers": round((last.reading.workers_cpu - first.reading.workers_cpu) / seconds, 3),
        "load_mean": round(statistics.fmean(loads), 2),
        "load_peak": round(max(loads), 2),
    }


def table(results: dict[str, Any]) -> str:
    """Format one line per figure."""
    lines = [(name, str(value)) for name, value in results.items() if name != "failure_sentences"]
    width = max(len(name) for name, _ in lines)
    return "\n".join([f"{name:<{width}}  {value}" for name, value in lines] + results["failure_sentences"])
