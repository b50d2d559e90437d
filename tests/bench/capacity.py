"""A model of a server's capacity by cores and viewers, fitted to measured runs.

In overlay mode a video frame costs its decoding and packet handling, and an analysis its networks. Cores that the video
leaves free run analyses, in as many threads as the engine has. The event loop that handles the packets is a single
thread, so it is limited to one core. The GIL, which all threads share, is modelled only by the engine's limit.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.live.admission import MIN_RATE
from core.live.workers import count_for
from tests.live.film import Size, bitrate, decoded, encoded


@dataclass(frozen=True, slots=True)
class Run:
    """A measurement. video, analysed: frames per second of all viewers. cpu: cores used by the server."""

    video: float
    analysed: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of CPU time. video: per video frame, including decoding. decoding: per frame. analysis: per frame."""

    video: float
    decoding: float
    analysis: float

    @property
    def loop(self) -> float:
        """The event loop's share of a video frame: all but the decoding, which has its own threads."""
        return max(self.video - self.decoding, 0.0)


def decoding_cost(size: Size, fps: int) -> float:
    """Return the CPU seconds for decoding one frame of the film."""
    packets = encoded(size, fps, 4.0, bitrate(size))
    begin = time.process_time()
    return sum(1 for _ in decoded(packets)) and (time.process_time() - begin) / len(packets)


def fit(runs: Sequence[Run], decoding: float) -> Costs:
    """Fit the costs to measured runs by least squares; negative ones are raised to 0.

    Args:
        runs: in overlay mode, with different ratios of video to analyses.
        decoding: see Costs.

    Raises:
        ValueError: there are fewer than two runs.
    """
    if len(runs) < 2:
        raise ValueError(f"expected two runs or more; received {len(runs)}")
    frames = np.array([[run.video, run.analysed] for run in runs])
    video, analysis = np.linalg.lstsq(frames, np.array([run.cpu for run in runs]), rcond=None)[0]
    return Costs(max(float(video), 0.0), decoding, max(float(analysis), 1e-6))


def analysed(costs: Costs, cores: float, viewers: int, fps: float = 30.0) -> float:
    """Return the total of analysed frames per second."""
    video = viewers * fps * costs.video
    at_once = min(count_for(cores), viewers, max(0.0, cores - video))
    return min(viewers * fps, at_once / costs.analysis)


def most_viewers(costs: Costs, cores: float, fps: float = 30.0) -> int:
    """Return how many viewers get MIN_RATE analysed frames per second each, with the event loop within its core."""
    viewers = 0
    while (
        analysed(costs, cores, viewers + 1, fps) >= MIN_RATE * (viewers + 1) and (viewers + 1) * fps * costs.loop <= 1
    ):
        viewers += 1
    return viewers


def table(costs: Costs, cores: Sequence[float], viewers: Sequence[int]) -> str:
    """Format analysed frames per second per viewer, by cores and viewers, and the maximum number of viewers."""
    head = f"{'cores':>6}" + "".join(f"{f'{count} viewers':>12}" for count in viewers) + f"{'at most':>10}"
    lines = [
        f"{count:>6g}"
        + "".join(f"{analysed(costs, count, number) / number:>12.1f}" for number in viewers)
        + f"{most_viewers(costs, count):>10}"
        for count in cores
    ]
    return "\n".join([head, *lines])
