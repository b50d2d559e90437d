"""The One Euro filter, Casiez, Roussel and Vogel, CHI 2012: steady when a value rests, quick when it moves.

Time comes in as an argument.
"""

from __future__ import annotations

import math

import numpy as np


def share(cutoff: np.ndarray | float, seconds: float) -> np.ndarray:
    """How much of a new value a low-pass filter takes, in (0, 1): by its cutoff, hertz, and the time since the last."""
    return np.asarray(1 / (1 + 1 / (2 * math.pi * np.maximum(cutoff, 1e-6) * seconds)))


class OneEuro:
    """Filters a vector, each number by itself.

    Args:
        rest: cutoff at rest, hertz; lower is steadier.
        follow: how much the cutoff rises with the speed, hertz per unit a second; higher lags less.
        speed: cutoff of the speed's own filter, hertz.
    """

    def __init__(self, rest: float, follow: float, speed: float = 1.0) -> None:
        self._rest = rest
        self._follow = follow
        self._speed_cutoff = speed
        self._time = 0.0
        self._value: np.ndarray | None = None
        self._speed = np.zeros(0)
        self._taken = np.zeros(0)

    def __call__(self, value: np.ndarray, now: float) -> np.ndarray:
        """The filtered value at a time, seconds; a value no newer than the last is taken as the same moment's."""
        if self._value is None:
            self._value, self._speed = value.astype(float), np.zeros(len(value))
            self._taken = np.ones(len(value))
            self._time = now
            return self._value
        seconds = now - self._time
        if seconds <= 0:
            return self._value
        raw = (value - self._value) / seconds
        self._speed = self._speed + share(self._speed_cutoff, seconds) * (raw - self._speed)
        self._taken = share(self._rest + self._follow * np.abs(self._speed), seconds)
        self._value = self._value + self._taken * (value - self._value)
        self._time = now
        return self._value

    @property
    def speed(self) -> np.ndarray:
        """Of the value, per second; empty before the first.

        The filter reckons with the speed at which the new value leaves the filtered one behind. In steady movement that
        is too much, by as much as the filtered value lags.
        """
        return self._speed * self._taken

    def at(self, now: float) -> np.ndarray:
        """Where the value will be if it keeps its speed.

        Raises:
            ValueError: no value was given yet.
        """
        if self._value is None:
            raise ValueError("expected a value before asking where it will be; received none")
        return np.asarray(self._value + self._speed * max(0.0, now - self._time))
