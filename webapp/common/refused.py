"""A request that is answered with a sentence."""

from __future__ import annotations

from core.errors import FairestError


class RefusedError(FairestError):
    """A request that is answered with a sentence.

    status: HTTP's. wait: seconds until it may come again. reason: the sentence in a word, for programs; "" for none.
    """

    def __init__(self, status: int, error: FairestError, wait: float = 0.0, reason: str = "") -> None:
        super().__init__(error.text, **error.values)
        self.status = status
        self.wait = wait
        self.reason = reason
