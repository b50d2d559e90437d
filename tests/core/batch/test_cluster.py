from __future__ import annotations

import socket
import sys

import pytest

from core.batch.cluster import ClusterError, start


def test_without_ray_a_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ClusterError, match=r"pip install -r requirements-ray\.txt"):
        start()


def test_an_address_where_nothing_is_gets_a_sentence_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", object())
    with socket.socket() as bound:  # and does not listen
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        with pytest.raises(ClusterError, match=f"cluster at 127.0.0.1:{port}"):
            start(f"127.0.0.1:{port}")
