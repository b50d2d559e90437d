from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.training.conftest import eagerly
from tests.training.test_train import options
from training.data.parity_batches import GROUPS
from training.data.rated import PANELS
from training.fit.callbacks import EpochSeed
from training.fit.rating_tasks import panel_task
from training.models.registry import spec_of


def test_a_classifier_of_several_panels_learns_beside_unrated_groups(data: Path) -> None:
    with eagerly():
        task = panel_task(spec_of("faceres"), replace(options(data, epochs=1), ages=data / "aged.csv"))
        seed = EpochSeed(task.train)
        seed.set_model(task.model)
        pixels, targets = task.train[0]
        assert targets.shape == (4 + len(GROUPS), len(PANELS) + 1)
        assert task.validation[0][1].shape[1] == len(PANELS)
        assert np.isfinite(task.model.train_on_batch(pixels, targets, return_dict=True)["loss"])
        assert np.isfinite(task.model.loss.means).all()
        seed.on_epoch_begin(1)
        assert np.isnan(task.model.loss.means).all()
        assert np.isfinite(task.model.test_on_batch(*task.validation[0], return_dict=True)["loss"])


def test_a_teacher_brings_unrated_faces_to_the_first_panel(data: Path, tmp_path: Path) -> None:
    teacher = tmp_path / "teacher.csv"
    teacher.write_text("panel,file,x,y,w,h,rating\nutkface,0.png,10,20,60,80,3.0\n")
    alone, taught = (
        panel_task(spec_of("faceres"), replace(options(data, epochs=1), ages=data / "aged.csv", teacher=path)).train
        for path in (None, teacher)
    )
    assert taught.samples == alone.samples + 1
    assert taught.targets[taught.samples - 1][0] == 0.5
    assert np.isnan(taught.targets[taught.samples - 1][1:]).all()
