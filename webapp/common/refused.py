"""The error for requests that are refused with a message."""

from __future__ import annotations

from core.errors import FairestError


class RefusedError(FairestError):
    """A request refused with a message.

    status: HTTP status. wait: seconds until the client may retry. reason: machine-readable name of the error, or "".
    """

    def __init__(self, status: int, error: FairestError, wait: float = 0.0, reason: str = "") -> None:
        super().__init__(error.text, **error.values)
        self.status = status
        self.wait = wait
        self.reason = reason
