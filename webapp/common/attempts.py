"""Rate limits per client: password attempts, pictures to rate. The current time is passed in as an argument.

Clients are identified by a key: an address or a token. The stored state is bounded, and dropped once it has no effect
any more. None of the classes is thread-safe: use each from one thread, such as the event loop's.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

MAX_KEYS = 10_000
"""Maximum number of keys stored; the least recently active one is evicted first."""
MINUTE = 60.0
"""Seconds."""
BYTES_A_MINUTE = 1_000_000_000
"""Upload quota of one client in bytes per minute: about what a network of 130 Mbit/s carries."""


@dataclass(slots=True)
class _Failures:
    """count: failed attempts. at: time of the last one. until: time from which another is allowed."""

    count: int
    at: float
    until: float


class Attempts:
    """Failed attempts per client, with exponential backoff: a few are free, then each wait is twice the last."""

    def __init__(
        self,
        free: int = 5,
        first: float = 30.0,
        longest: float = 3600.0,
        memory: float = 86_400.0,
        max_keys: int = MAX_KEYS,
    ) -> None:
        """Set the limits.

        Args:
            free: number of consecutive failures allowed; the last of them triggers the first wait.
            first, longest: first and longest wait, seconds.
            memory: seconds without an attempt after which the failures are forgotten.
            max_keys: maximum number of keys stored.
        """
        self._free, self._first, self._longest, self._memory, self._max_keys = free, first, longest, memory, max_keys
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def wait(self, key: str, now: float) -> float:
        """Return the seconds until another attempt is allowed; 0 if one is allowed now."""
        failures = self._failures.get(key)
        return max(0.0, failures.until - now) if failures else 0.0

    def failed(self, key: str, now: float) -> None:
        """Record a failed attempt."""
        failures = self._failures.pop(key, None)
        count = failures.count + 1 if failures and now - failures.at < self._memory else 1
        # Bound the exponent: a float would overflow.
        doubled = self._first * 2.0 ** min(count - self._free, 64)
        wait = min(doubled, self._longest) if count >= self._free else 0.0
        self._failures[key] = _Failures(count, now, now + wait)
        while len(self._failures) > self._max_keys:
            self._failures.popitem(last=False)

    def forget(self, key: str) -> None:
        """Forget the failures of a key, after a successful attempt."""
        self._failures.pop(key, None)

    def __len__(self) -> int:
        """Return the number of keys stored."""
        return len(self._failures)


class Pressure:
    """Failed attempts of all clients together: many of them slow every attempt down, but lock nobody out."""

    def __init__(self, free: float = 50, step: float = 0.01, longest: float = 1.0, memory: float = 3600.0) -> None:
        """Set the limits.

        Args:
            free: number of failures that cause no delay.
            step: seconds that each further failure adds to every attempt.
            longest: maximum delay, seconds.
            memory: time constant in seconds of the exponential decay of the count (to about a third after this time).
        """
        self._free, self._step, self._longest, self._memory = free, step, longest, memory
        self._level = 0.0
        self._at = 0.0

    def failed(self, now: float) -> None:
        """Record a failed attempt."""
        self._level = self._left(now) + 1
        self._at = now

    def pause(self, now: float) -> float:
        """Return the seconds by which to delay an attempt."""
        return min(self._longest, self._step * max(0.0, self._left(now) - self._free))

    def _left(self, now: float) -> float:
        return self._level * math.exp(-max(0.0, now - self._at) / self._memory)


@dataclass(slots=True)
class _Bucket:
    """A client's remaining tokens, as of a time."""

    pictures: float
    size: float
    at: float


class Limiter:
    """Token bucket per client for pictures and bytes; each bucket holds one minute's quota."""

    def __init__(self, pictures: float, size: float = BYTES_A_MINUTE, max_keys: int = MAX_KEYS) -> None:
        """Set the limits.

        Args:
            pictures, size: quota per minute; size in bytes.
            max_keys: maximum number of keys stored.
        """
        self._pictures, self._size, self._max_keys = pictures, size, max_keys
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str, now: float, pictures: float = 1, size: float = 0) -> float:
        """Take tokens for a number of pictures with `size` bytes in total.

        A request for more than a minute's quota is granted when the bucket is full; the next one then waits longer.

        Returns:
            0 if the tokens were taken; otherwise none were, and this is the number of seconds until they can be.
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
        """Drop buckets that have been full for a long time; the most recently used are last."""
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
        """Return the number of keys stored."""
        return len(self._buckets)


def _missing(left: float, wanted: float, capacity: float) -> float:
    """Return the seconds until a bucket refilled at `capacity` per minute holds what is wanted, or is full if more is
    wanted.
    """
    return max(0.0, min(wanted, capacity) - left) / capacity * MINUTE
