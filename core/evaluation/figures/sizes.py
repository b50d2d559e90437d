"""Average precision by face size, for each detector."""

from __future__ import annotations

from matplotlib.figure import Figure

from core.evaluation.figures.style import MARKERS, PALETTE, escape, new_figure, wrap
from core.evaluation.schemas import Detectors

SIZE_WIDTH = 9
"""Maximum characters per line of a size's name."""


def plot_ap_by_size(detectors: Detectors) -> Figure:
    """Plot a line per detector over face sizes, in the order of the report's first detector."""
    sizes = list(next(iter(detectors.root.values())).by_size)
    figure = new_figure(6.6 + 0.42 * len(detectors.root))
    axes = figure.add_subplot()
    for place, (title, scores) in enumerate(detectors.root.items()):
        points = [(number, scores.by_size[size].ap) for number, size in enumerate(sizes) if size in scores.by_size]
        axes.plot(
            [number for number, _ in points],
            [ap for _, ap in points],
            marker=MARKERS[place % len(MARKERS)],
            color=PALETTE[place % len(PALETTE)],
            label=escape(title),
        )
    axes.set_xticks(range(len(sizes)), [wrap(size, SIZE_WIDTH) for size in sizes])
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel("Face size, pixels")
    axes.set_ylabel("Average precision")
    figure.legend(loc="outside lower center")
    return figure
