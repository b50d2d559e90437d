"""The live page under load, compared with other servers."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from core.evaluation.figures.history import set_log_scale
from core.evaluation.figures.style import MARKERS, PALETTE, escape, new_figure
from core.evaluation.schemas import Live, Load

SERVERS = {
    "echo": "plain echo, no model",
    "fairest": "Fairest",
    "simplest": "simplest pattern, same networks",
    "simplest-seed": "simplest pattern, FaceTracker and seed",
}
"""Titles of the servers in the benchmark, by name."""

Rows = list[tuple[int, Load]]
"""One server's measurements, each with the index of its load."""


def load_name(load: Load) -> str:
    """Return the number of viewers, their content and the duration, one per line."""
    viewers = f"{load.viewers} viewer{'s' if load.viewers > 1 else ''}"
    lines = viewers, f"{load.size[0]} x {load.size[1]}", f"{load.fps} fps", f"{load.seconds:.0f} s"
    return "\n".join(map(escape, lines))


def draw_frame_rates(axes: Axes, rows: Rows, place: int, server_count: int) -> None:
    """Draw bars of frames a second; place: the server's index among `server_count`."""
    width = 0.8 / server_count
    points = [(position, load.analysed) for position, load in rows if load.analysed]
    axes.bar(
        [position + (place - (server_count - 1) / 2) * width for position, _ in points],
        [float(np.mean(analysed)) for _, analysed in points],
        0.92 * width,
        color=PALETTE[place % len(PALETTE)],
    )


def draw_latency(axes: Axes, rows: Rows, place: int, server_count: int) -> None:
    """Draw points at the median latency and lines up to the 95th percentile."""
    medians = np.array([load.latency.p50 for _, load in rows])
    reach = np.array([load.latency.p95 for _, load in rows]) - medians
    axes.errorbar(
        [position + (place - (server_count - 1) / 2) * 0.8 / server_count for position, _ in rows],
        medians,
        yerr=[np.zeros(len(rows)), np.maximum(0, reach)],
        fmt=MARKERS[place % len(MARKERS)],
        color=PALETTE[place % len(PALETTE)],
        capsize=1.5,
        elinewidth=0.8,
    )


def plot_live(live: Live) -> Figure:
    """Plot analysed frames a second per viewer and, below, latency; one group per load, one colour per server."""
    names = list(dict.fromkeys(name for servers in live.root.values() for name in servers))
    figure = new_figure(11.0 + 0.42 * len(names))
    above, below = figure.subplots(2, 1, sharex=True)
    for place, name in enumerate(names):
        rows = [(position, servers[name]) for position, servers in enumerate(live.root.values()) if name in servers]
        draw_frame_rates(above, rows, place, len(names))
        draw_latency(below, rows, place, len(names))
        colour, marker = PALETTE[place % len(PALETTE)], MARKERS[place % len(MARKERS)]
        above.plot([], [], marker, color=colour, label=escape(SERVERS.get(name, name)))
    above.set_ylabel("Analysed frames per\nsecond per viewer")
    below.set_ylabel("Latency, ms:\nmedian to 95th percentile")
    set_log_scale(below)
    loads = [next(iter(servers.values())) for servers in live.root.values()]
    below.set_xticks(range(len(loads)), map(load_name, loads))
    figure.legend(*above.get_legend_handles_labels(), loc="outside lower center")
    return figure
