"""What a server can do by its cores and its viewers: a model, fitted to measured runs.

In the overlay a frame of video costs its decoding and its packets, and an analysis its networks. What the video leaves
of the cores goes to analyses, by as many threads as the engine has. The event loop that carries the packets is one
thread, and so has one core at most. Python's lock, which all of them share, is in it only as the engine's limit.
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
    """What was measured. video, analysed: frames a second of all viewers. cpu: cores that the server took."""

    video: float
    analysed: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of a core. video: of a frame of video, decoding included. decoding: of a frame. analysis: of a frame."""

    video: float
    decoding: float
    analysis: float

    @property
    def loop(self) -> float:
        """The event loop's share of a frame of video: all but the decoding, which has threads of its own."""
        return max(self.video - self.decoding, 0.0)


def decoding_cost(size: Size, fps: int) -> float:
    """Seconds of a core that decoding a frame of the film takes."""
    packets = encoded(size, fps, 4.0, bitrate(size))
    begin = time.process_time()
    return sum(1 for _ in decoded(packets)) and (time.process_time() - begin) / len(packets)


def fit(runs: Sequence[Run], decoding: float) -> Costs:
    """The costs that explain measured runs best, by least squares; none is below 0.

    Args:
        runs: in the overlay, with different shares of video and analyses.
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
    """Frames a second that are analysed in all."""
    video = viewers * fps * costs.video
    at_once = min(count_for(cores), viewers, max(0.0, cores - video))
    return min(viewers * fps, at_once / costs.analysis)


def most_viewers(costs: Costs, cores: float, fps: float = 30.0) -> int:
    """How many viewers keep MIN_RATE analysed frames a second each, and the event loop within its core."""
    viewers = 0
    while (
        analysed(costs, cores, viewers + 1, fps) >= MIN_RATE * (viewers + 1) and (viewers + 1) * fps * costs.loop <= 1
    ):
        viewers += 1
    return viewers


def table(costs: Costs, cores: Sequence[float], viewers: Sequence[int]) -> str:
    """Analysed frames a second of each viewer, by cores and viewers, and how many viewers there may be."""
    head = f"{'cores':>6}" + "".join(f"{f'{count} viewers':>12}" for count in viewers) + f"{'at most':>10}"
    lines = [
        f"{count:>6g}"
        + "".join(f"{analysed(costs, count, number) / number:>12.1f}" for number in viewers)
        + f"{most_viewers(costs, count):>10}"
        for count in cores
    ]
    return "\n".join([head, *lines])
