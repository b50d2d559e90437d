"""What the files of training.models say of their models: found without TensorFlow, whole, and as what ships."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from core.models.age_guard import GUARD
from core.models.manifest import ModelCard, load_manifest
from core.settings import ROOT
from training.errors import TrainingError
from training.evaluate.model import MEASURES
from training.export.model import EXPORTERS
from training.fit.tasks import TASKS
from training.models import ensemble, facegrid, guard, registry, vgg16
from training.models.spec import KINDS, Export, Family, ModelSpec

SPECS = {spec.name: spec for spec in registry.specs()}


def test_models_are_listed_without_tensorflow() -> None:
    code = (
        "import sys; from training.__main__ import build_parser; build_parser().format_help()\n"
        "from training.models import registry; registry.specs()\n"
        "assert not {'tensorflow', 'keras', 'flatbuffers'} & set(sys.modules), 'import Keras from parts.lazy_keras'"
    )
    completed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (completed.returncode, completed.stderr) == (0, "")


@pytest.mark.parametrize("name", SPECS)
def test_a_model_is_named_as_its_file(name: str) -> None:
    module: Any = sys.modules[f"training.models.{name}"]
    assert module.SPEC is SPECS[name]


def test_every_name_is_given_once() -> None:
    for names in (registry.trainable_names(), registry.exported_names()):
        assert len(set(names)) == len(names)
    assert ensemble.ENSEMBLE not in registry.exported_names()


def test_whatever_rates_can_be_trained_on_folds_averaged_or_not() -> None:
    assert {"sexyness_cnn", *registry.members()} <= set(registry.classifiers())
    assert not {"facetracker", "facegrid", "agenet"} & set(registry.classifiers())


def test_every_family_is_fitted_measured_and_exported() -> None:
    for table in (KINDS, TASKS, MEASURES, EXPORTERS):
        assert list(table) == list(Family)


def test_what_ships_is_what_its_file_says() -> None:
    means = {GUARD: (registry.guards(), guard.title), ensemble.ENSEMBLE: (registry.members(), ensemble.title)}
    manifest = load_manifest(ROOT / "weights")
    names = [card.name for card in manifest.models]
    assert names == [name for name in (*registry.exported_names(), GUARD, ensemble.ENSEMBLE) if name in names]
    for card in manifest.models:
        if isinstance(card, ModelCard):
            spec, export = registry.export_of(card.name)
            assert (card.title, card.kind, card.licence) == (export.title, spec.kind, spec.licence)
            assert card.data == spec.data
            assert (card.preprocessing, card.mirrored) == (spec.preprocessing, spec.mirrored)
        else:
            members, title = means[card.name]
            assert (card.members, card.title) == (members, title(len(members)))
            assert card.data == ensemble.data(len(members))


def test_a_command_names_what_is_needed_before_and_the_file() -> None:
    resnet, fine = SPECS["resnet18"], SPECS["facegrid"].exports[1]
    assert resnet.command(resnet.exports[0]) == (
        "python -m training teach --out runs/teacher.csv && python -m training train resnet18 --seed 1 "
        "--teacher runs/teacher.csv --backbone-weights weights/vgg16.tflite && python -m training export resnet18"
    )
    assert SPECS["facegrid"].command(fine) == (
        "python -m training train facegrid --seed 1 --backbone-weights MOBILENET_V2.npz && "
        "python -m training export facegrid_fine"
    )


def test_a_mean_of_any_number_has_a_title() -> None:
    assert [ensemble.title(count) for count in (2, 12, 13)] == [
        "Ensemble (mean of two)",
        "Ensemble (mean of twelve)",
        "Ensemble (mean of 13)",
    ]


def test_names_that_there_are_not_get_a_sentence() -> None:
    with pytest.raises(TrainingError, match=r"among facegrid, facetracker, .*received 'facegrid_fine'"):
        registry.spec_of("facegrid_fine")
    with pytest.raises(TrainingError, match=r"facegrid_fine, .*received 'nobody'"):
        registry.export_of("nobody")


@pytest.mark.parametrize(
    ("spec", "changes", "expected"),
    [
        (vgg16.SPEC, {"exports": ()}, "a file or more"),
        (vgg16.SPEC, {"preprocessing": "none"}, "among caffe, .*received 'none'"),
        (facegrid.SPEC, {"exports": (Export("facegrid", "FaceGrid"),)}, "use and limits"),
        (facegrid.SPEC, {"member": True}, "classifiers as members"),
        (facegrid.SPEC, {"teacher": True}, "classifiers as members and teachers"),
    ],
)
def test_a_file_that_leaves_something_out_is_refused(spec: ModelSpec, changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        replace(spec, **changes)
