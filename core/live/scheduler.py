"""FairScheduler: who is served next by one worker that many wait for.

Round robin; who holds the worker up lets others pass.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection

ALLOWED = 2.0
"""A turn that takes more times the median of all is made up for: the others take as many turns meanwhile."""

MAX_DEBT = 30.0
"""Turns: about a second of another's frames."""


class FairScheduler:
    """The order of service. Of those who wait, the one who was served longest ago is next, unless it has a debt."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}
        self._costs: dict[int, float] = {}
        self._debts: dict[int, float] = {}
        self._served = 0

    def add(self, customer: int) -> None:
        """A new customer, who is served before those who were served already."""
        self._last[customer], self._debts[customer] = 0, 0.0

    def remove(self, customer: int) -> None:
        """A customer left; unknown ones are ignored."""
        for known in (self._last, self._costs, self._debts):
            known.pop(customer, None)

    def next(self, waiting: Collection[int], present: Collection[int]) -> int | None:
        """Whom of those who wait to serve; None when nobody does, or those who do have to let others pass.

        Args:
            waiting: customers with something to be done.
            present: all who come back soon, and so are worth being waited for.
        """
        free = [one for one in waiting if not self._debts[one]]
        if free:
            return min(free, key=self._last.__getitem__)
        if any(not self._debts[one] for one in present):
            return None
        return min(waiting, key=self._debts.__getitem__, default=None)

    def charge(self, customer: int, cost: float | None) -> None:
        """A customer was served and took so many seconds; one that left meanwhile is ignored.

        Args:
            cost: None when that says nothing of what such a turn usually takes, as it failed.
        """
        if customer not in self._last:
            return
        self._served += 1
        self._last[customer] = self._served
        for other, debt in self._debts.items():
            self._debts[other] = max(0.0, debt - 1)
        if cost is None:
            return
        self._costs[customer] = cost
        allowed = ALLOWED * statistics.median_low(self._costs.values())
        self._debts[customer] = min(max(0.0, cost / allowed - 1), MAX_DEBT) if allowed > 0 else 0.0
