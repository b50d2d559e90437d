"""The guard's second network: AgeNet, trained for fewer epochs, which errs on other faces than the first."""

from __future__ import annotations

from dataclasses import replace

from training.models import agenet
from training.models.spec import Export, Recipe

SPEC = replace(
    agenet.SPEC,
    name="agenet_short",
    recipe=Recipe(epochs=10, patience=10, learning_rate=5e-4, weight_decay=1e-2, precision="float32", samples=20480),
    exports=(Export("agenet_short", "AgeNet (FaceRes), ten epochs", adapt=agenet.logits),),
    data=f"{agenet.SPEC.data} From its sixth epoch on, All-Age-Faces were drawn as often as UTKFace and the learning "
    "rate fell anew from half its height; a run of the command from the start, ten epochs drawn so throughout, will "
    "differ a little.",
    order=3,
)
