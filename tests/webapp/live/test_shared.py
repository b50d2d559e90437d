from __future__ import annotations

from collections.abc import Callable

import pytest

from core.live.engine import Engine
from webapp.live import shared


class Service:
    """The rating service, as far as the engine uses it."""

    busy = False

    def yield_while(self, condition: Callable[[], bool]) -> None:
        self.condition = condition


def test_photos_and_live_video_leave_each_other_processor_time(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service()
    monkeypatch.setattr(shared, "service", lambda: service)
    shared.engine.clear()
    engine = shared.engine()
    drops = False
    monkeypatch.setattr(Engine, "drops_frames", property(lambda _: drops))
    assert not service.condition()
    drops = True
    assert service.condition()
    assert not engine._crowded()
    service.busy = True
    assert engine._crowded()
    engine.close()
    shared.engine.clear()
