"""What each of locust's users does: send one photo again and again, the next as soon as the last is answered.

Started by tests.bench.api, which says by the variables PICTURE (a file) and ROUTE (a path) what is sent and where.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from locust import FastHttpUser, task

PICTURE = Path(os.environ["PICTURE"]).read_bytes()
ROUTE = os.environ["ROUTE"]


class Caller(FastHttpUser):
    """One that waits as long as it is asked to when the server is full, as Fairest's own client does."""

    @task
    def rate(self) -> None:
        """One request. What is refused is counted apart, so that its quick answer flatters nobody's times."""
        sent = {"content-type": "image/jpeg"}
        with self.client.post(ROUTE, data=PICTURE, headers=sent, catch_response=True) as answer:
            if answer.status_code == 200:
                answer.success()
                return
            answer.request_meta["name"] = "refused"
            answer.failure(f"{answer.status_code}")
        time.sleep(float(answer.headers.get("retry-after") or 1))
