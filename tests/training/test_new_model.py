"""One more classifier is one more file: it is found, trained, exported, measured, listed and averaged."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.__main__ import main as core_main
from core.models.manifest import load_manifest
from core.settings import ROOT
from training import models
from training.__main__ import main
from training.export.model import enter_card
from training.models import registry

TOY = '''
"""Four pixels of a face, weighed."""

from training.models.parts.heads import rating_head
from training.models.parts.lazy_keras import keras, layers
from training.models.spec import Export, Family, ModelSpec, Recipe


def build(start=None):
    """(n, 32, 32, 3) to (n, 1) in (0, 1)."""
    picture = keras.Input((32, 32, 3), name="picture")
    maps = layers.Conv2D(4, 16, 16, activation="relu", name="patches")(picture)
    return keras.Model(picture, rating_head(maps, 0.1), name="toy")


SPEC = ModelSpec(
    name="toy",
    family=Family.RATING,
    build=build,
    preprocessing="unit",
    mirrored=True,
    recipe=Recipe(epochs=2, patience=2, learning_rate=1e-3, batch_size=4, precision="float32"),
    exports=(Export("toy", "Toy (four pixels)"),),
    data="What the test made.",
    member=True,
)
'''


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The architecture's file, in a folder that stands for training.models beside its own."""
    folder = tmp_path / "architectures"
    folder.mkdir()
    (folder / "toy.py").write_text(TOY)
    monkeypatch.setattr(models, "__path__", [*models.__path__, str(folder)])
    yield
    sys.modules.pop("training.models.toy", None)
    vars(models).pop("toy", None)


@pytest.mark.usefixtures("toy")
def test_one_file_is_enough(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    shutil.copyfile(ROOT / "weights" / "facegrid.tflite", weights / "facegrid.tflite")
    enter_card(weights, load_manifest(ROOT / "weights").card("facegrid", "detector"))
    folders = ["--data", str(data), "--runs", str(tmp_path / "runs")]
    shipped = ["--data", str(data), "--weights", str(weights)]
    assert main(["train", "toy", *folders, "--seed", "5"]) == 0
    assert main(["export", *folders, "--weights", str(weights)]) == 0
    capsys.readouterr()

    card = load_manifest(weights).network("toy", "classifier")
    assert (card.title, card.side, card.preprocessing, card.mirrored) == ("Toy (four pixels)", 32, "unit", True)
    assert card.command == "python -m training train toy --seed 1 && python -m training export toy"
    text = (weights / "reports" / "toy" / "README.md").read_text()
    assert text.startswith("# Toy (four pixels)")
    assert "What the test made." in text

    assert main(["evaluate", "toy", *shipped]) == 0
    report = json.loads((weights / "reports" / "toy" / "evaluation.json").read_text())
    assert json.loads(capsys.readouterr().out) == report["test"]

    monkeypatch.setenv("FAIREST_WEIGHTS_DIR", str(weights))
    assert core_main(["--list"]) == 0
    assert "toy" in capsys.readouterr().out

    assert registry.members()[-1] == "toy"
    assert main(["gen_results", "toy", *shipped, "--out", str(tmp_path / "results")]) == 0
