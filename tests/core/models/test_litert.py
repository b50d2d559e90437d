from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from core.errors import WeightsError
from core.models import litert
from core.models.litert import LiteRTModel, ThreadLimit, thread_limit
from core.settings import ROOT

FILE = ROOT / "weights" / "sexyness_cnn.tflite"


def test_one_output_by_name_without_batch_axis() -> None:
    outputs = LiteRTModel(FILE, 1)(np.zeros((120, 120, 3), np.float32))
    ((_, value),) = outputs.items()
    assert value.shape == (1,)
    assert 0 <= value[0] <= 1


def test_threads_sharing_a_model_get_their_own_answers() -> None:
    model = LiteRTModel(FILE, 2)
    pictures = [np.full((120, 120, 3), k / 8, np.float32) for k in range(8)]
    alone = [next(iter(model(picture).values()))[0] for picture in pictures]
    together: list[float | None] = [None] * 8

    def run(k: int) -> None:
        for _ in range(20):
            together[k] = next(iter(model(pictures[k]).values()))[0]

    threads = [threading.Thread(target=run, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(120, 120, 3\)"):
        LiteRTModel(FILE, 1)(np.zeros((64, 64, 3), np.float32))


@pytest.mark.parametrize("content", [b"", b"not a model", bytes(4096)])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="LiteRT model"):
        LiteRTModel(path, 1)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be read"):
        LiteRTModel(tmp_path / "none.tflite", 1)


def test_a_file_that_is_cut_short_or_changed_under_it_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(FILE.read_bytes())
    code = f"""
import os
from pathlib import Path
import numpy as np
from core.models.litert import LiteRTModel, thread_limit
picture = np.random.default_rng(0).random((120, 120, 3)).astype(np.float32)
model = LiteRTModel(Path({str(path)!r}), 2)
before = [float(value[0]) for value in model(picture).values()]
os.truncate({str(path)!r}, 1000)
again = [float(value[0]) for value in model(picture).values()]
thread_limit.maximum = 1
other = [float(value[0]) for value in model(picture).values()]
assert np.allclose(before, again) and np.allclose(before, other), (before, again, other)
"""
    # In a process of its own, which it may end.
    completed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed.stderr


def test_no_threads_are_refused() -> None:
    with pytest.raises(ValueError, match="1 thread or more"):
        LiteRTModel(FILE, 0)


def test_a_limit_allows_fewer_threads_and_never_more() -> None:
    limit = ThreadLimit()
    assert limit(4) == 4
    limit.maximum = 2
    assert (limit(4), limit(1)) == (2, 1)


def test_answers_are_the_same_with_fewer_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    model, picture = LiteRTModel(FILE, 2), np.random.default_rng(0).random((120, 120, 3)).astype(np.float32)
    before = next(iter(model(picture).values()))
    monkeypatch.setattr(thread_limit, "maximum", 1)
    assert next(iter(model(picture).values())) == pytest.approx(before)
    monkeypatch.setattr(thread_limit, "maximum", None)
    assert next(iter(model(picture).values())) == pytest.approx(before)


def test_interpreters_that_only_concurrent_inferences_needed_are_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    created: weakref.WeakSet[Interpreter] = weakref.WeakSet()

    def create(**options: Any) -> Interpreter:
        interpreter = Interpreter(**options)
        created.add(interpreter)
        return interpreter

    monkeypatch.setattr(litert, "Interpreter", create)
    monkeypatch.setattr(thread_limit, "at_once", 2)
    model, picture = LiteRTModel(FILE, 2), np.random.default_rng(0).random((120, 120, 3)).astype(np.float32)
    before = next(iter(model(picture).values()))
    with model._runner(2), model._runner(2):
        monkeypatch.setattr(thread_limit, "maximum", 1)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(thread_limit, "at_once", 3)
            model(picture)
        LiteRTModel.free_spare_interpreters()
        gc.collect()
        assert len(created) == 2
    LiteRTModel.free_spare_interpreters()
    gc.collect()
    assert len(created) == 1
    monkeypatch.setattr(thread_limit, "maximum", None)
    assert next(iter(model(picture).values())) == pytest.approx(before)
    assert len(created) == 1
