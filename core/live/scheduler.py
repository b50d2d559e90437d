"""FairScheduler: decides whom a shared worker serves next.

Round robin; a customer whose turns take long lets others go first.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection

ALLOWED = 2.0
"""A turn longer than this multiple of the overall median incurs a debt: the others get that many turns first."""

MAX_DEBT = 30.0
"""Maximum debt in turns: about a second of another customer's frames."""


class FairScheduler:
    """The order of service: the waiting customer that was served longest ago is next, unless it has a debt."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}
        self._costs: dict[int, float] = {}
        self._debts: dict[int, float] = {}
        self._served = 0

    def add(self, customer: int) -> None:
        """Add a customer, who comes before those already served."""
        self._last[customer], self._debts[customer] = 0, 0.0

    def remove(self, customer: int) -> None:
        """Remove a customer; unknown ones are ignored."""
        for records in (self._last, self._costs, self._debts):
            records.pop(customer, None)

    def next(self, waiting: Collection[int], present: Collection[int]) -> int | None:
        """Return the waiting customer to serve; None if nobody waits or all who do have a debt to pay off first.

        Args:
            waiting: customers with work to be done.
            present: customers that will be back soon, so that waiting for them makes sense.
        """
        free = [customer for customer in waiting if not self._debts[customer]]
        if free:
            return min(free, key=self._last.__getitem__)
        if any(not self._debts[customer] for customer in present):
            return None
        return min(waiting, key=self._debts.__getitem__, default=None)

    def charge(self, customer: int, cost: float | None) -> None:
        """Record the seconds that serving a customer took; a customer that has left is ignored.

        Args:
            cost: None if the time is not representative, since the turn failed.
        """
        if customer not in self._last:
            return
        self._served += 1
        self._last[customer] = self._served
        for debtor, debt in self._debts.items():
            self._debts[debtor] = max(0.0, debt - 1)
        if cost is None:
            return
        self._costs[customer] = cost
        allowed = ALLOWED * statistics.median_low(self._costs.values())
        self._debts[customer] = min(max(0.0, cost / allowed - 1), MAX_DEBT) if allowed > 0 else 0.0
