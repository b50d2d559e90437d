"""How often somebody may do a thing: tries at the password, pictures to rate. Time comes in as an argument.

Whoever is known by a key: an address, or a token. What is kept is bounded, and forgotten when it says nothing any more.
All classes are for one thread, such as the event loop's.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

MAX_KEYS = 10_000
"""Keys that are remembered at a time; the one that was quiet for longest goes first."""
MINUTE = 60.0
"""Seconds."""
BYTES_A_MINUTE = 1_000_000_000
"""Of files, by one client: about what a network of 130 Mbit/s carries."""


@dataclass(slots=True)
class _Failures:
    """count: failed tries. at: time of the last. until: time from which another may be made."""

    count: int
    at: float
    until: float


class Attempts:
    """Failed tries, by who made them: a few are free, then each is followed by a wait twice as long as the last."""

    def __init__(
        self,
        free: int = 5,
        first: float = 30.0,
        longest: float = 3600.0,
        memory: float = 86_400.0,
        max_keys: int = MAX_KEYS,
    ) -> None:
        """Args:
        free: tries in a row that cost no waiting; a wait follows the last of them.
        first, longest: waits, seconds.
        memory: seconds without a try after which all is forgotten.
        max_keys: keys.
        """
        self._free, self._first, self._longest, self._memory, self._max_keys = free, first, longest, memory, max_keys
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def wait(self, key: str, now: float) -> float:
        """Seconds until another try may be made; 0 when it may be made now."""
        known = self._failures.get(key)
        return max(0.0, known.until - now) if known else 0.0

    def failed(self, key: str, now: float) -> None:
        """Note a try that was wrong."""
        known = self._failures.pop(key, None)
        count = known.count + 1 if known and now - known.at < self._memory else 1
        # The exponent is bounded because a float is not.
        doubled = self._first * 2.0 ** min(count - self._free, 64)
        wait = min(doubled, self._longest) if count >= self._free else 0.0
        self._failures[key] = _Failures(count, now, now + wait)
        while len(self._failures) > self._max_keys:
            self._failures.popitem(last=False)

    def forget(self, key: str) -> None:
        """After a try that was right."""
        self._failures.pop(key, None)

    def __len__(self) -> int:
        """Keys remembered."""
        return len(self._failures)


class Pressure:
    """Failed tries of all together, which slow everybody's down and keep nobody out."""

    def __init__(self, free: float = 50, step: float = 0.01, longest: float = 1.0, memory: float = 3600.0) -> None:
        """Args:
        free: tries that slow nobody.
        step: seconds that each one more adds to every try.
        longest: seconds that a try is slowed at most.
        memory: seconds in which the tries count less and less; after one such time, a third.
        """
        self._free, self._step, self._longest, self._memory = free, step, longest, memory
        self._level = 0.0
        self._at = 0.0

    def failed(self, now: float) -> None:
        """Note a try that was wrong."""
        self._level = self._left(now) + 1
        self._at = now

    def pause(self, now: float) -> float:
        """Seconds by which a try is to be slowed."""
        return min(self._longest, self._step * max(0.0, self._left(now) - self._free))

    def _left(self, now: float) -> float:
        return self._level * math.exp(-max(0.0, now - self._at) / self._memory)


@dataclass(slots=True)
class _Bucket:
    """What a client may still take, as of a time."""

    pictures: float
    size: float
    at: float


class Limiter:
    """Pictures, and bytes, that each client may bring a minute: a token bucket that holds a minute's worth of each."""

    def __init__(self, pictures: float, size: float = BYTES_A_MINUTE, max_keys: int = MAX_KEYS) -> None:
        """Args:
        pictures, size: a minute; size in bytes.
        max_keys: keys.
        """
        self._pictures, self._size, self._max_keys = pictures, size, max_keys
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str, now: float, pictures: float = 1, size: float = 0) -> float:
        """Take some pictures of so many bytes.

        More than a minute's worth at once is let through when nothing was taken for a while; what follows waits longer.

        Returns:
            0 when they are taken; otherwise nothing is, and this is after how many seconds they can be.
        """
        self._forget(now)
        bucket = self._buckets.pop(key, None) or _Bucket(self._pictures, self._size, now)
        self._buckets[key] = bucket
        while len(self._buckets) > self._max_keys:
            self._buckets.popitem(last=False)
        self._refill(bucket, now)
        wait = max(
            _missing(bucket.pictures, pictures, self._pictures),
            _missing(bucket.size, size, self._size),
        )
        if not wait:
            bucket.pictures -= pictures
            bucket.size -= size
        return wait

    def _refill(self, bucket: _Bucket, now: float) -> None:
        share = (now - bucket.at) / MINUTE
        bucket.pictures = min(self._pictures, bucket.pictures + share * self._pictures)
        bucket.size = min(self._size, bucket.size + share * self._size)
        bucket.at = now

    def _forget(self, now: float) -> None:
        """Drop the buckets that have long been full again; those used last stand at the end."""
        while self._buckets:
            key, bucket = next(iter(self._buckets.items()))
            if now - bucket.at < MINUTE:
                return
            self._refill(bucket, now)
            if bucket.pictures < self._pictures or bucket.size < self._size:
                self._buckets.move_to_end(key)
                return
            del self._buckets[key]

    def __len__(self) -> int:
        """Keys remembered."""
        return len(self._buckets)


def _missing(left: float, wanted: float, capacity: float) -> float:
    """Seconds until a bucket that holds `capacity` a minute has what is wanted, or is full if more is wanted."""
    return max(0.0, min(wanted, capacity) - left) / capacity * MINUTE
