"""Behaviour of each locust user: send one photo repeatedly, the next as soon as the last one is answered.

Started by tests.bench.api, which sets the environment variables PICTURE (a file) and ROUTE (a path).
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from locust import FastHttpUser, task

PICTURE = Path(os.environ["PICTURE"]).read_bytes()
ROUTE = os.environ["ROUTE"]


class Caller(FastHttpUser):
    """A client that honours Retry-After when the server is full, as Fairest's own client does."""

    @task
    def rate(self) -> None:
        """Send one request. Refusals are counted separately: their short response times would distort the results."""
        headers = {"content-type": "image/jpeg"}
        with self.client.post(ROUTE, data=PICTURE, headers=headers, catch_response=True) as answer:
            if answer.status_code == 200:
                answer.success()
                return
            answer.request_meta["name"] = "refused"
            answer.failure(f"{answer.status_code}")
        time.sleep(float(answer.headers.get("retry-after") or 1))
