"""The One Euro filter (Casiez, Roussel and Vogel, CHI 2012): little jitter at rest, little lag in motion.

Time is passed in.
"""

from __future__ import annotations

import math

import numpy as np


def share(cutoff: np.ndarray | float, seconds: float) -> np.ndarray:
    """Smoothing factor of a low-pass filter, in (0, 1), from its cutoff in hertz and the time step."""
    return np.asarray(1 / (1 + 1 / (2 * math.pi * np.maximum(cutoff, 1e-6) * seconds)))


class OneEuro:
    """Filters a vector, each component separately.

    Args:
        rest: cutoff at rest, hertz; lower means less jitter.
        follow: increase of the cutoff with speed, hertz per unit a second; higher means less lag.
        speed: cutoff of the filter of the speed, hertz.
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
        """Return the filtered value at a time, seconds; a time no later than the last counts as the same moment."""
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
        """Speed of the value, per second; empty before the first value.

        The filter uses the speed of the new value relative to the previous filtered one. In steady movement that is too
        high by the lag of the filtered value.
        """
        return self._speed * self._taken

    def at(self, now: float) -> np.ndarray:
        """Extrapolate the value to a time, at constant speed.

        Raises:
            ValueError: there is no value yet.
        """
        if self._value is None:
            raise ValueError("expected a value before asking where it will be; received none")
        return np.asarray(self._value + self._speed * max(0.0, now - self._time))
