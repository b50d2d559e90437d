"""The guard's third network: AgeNet with half of its training crops degraded.

The threshold must hold on the worst kind of picture; the mean of three networks errs less on it than that of two.
"""

from __future__ import annotations

from dataclasses import replace

from training.models import agenet
from training.models.spec import Export

SPEC = replace(
    agenet.SPEC,
    name="agenet_worn_half",
    recipe=replace(agenet.SPEC.recipe, worn=0.5),
    exports=(Export("agenet_worn_half", "AgeNet (FaceRes), half worn pictures", adapt=agenet.logits),),
    data=f"{agenet.SPEC.data} Half of the crops were degraded to look old, grey, scanned, small or coarsely "
    "compressed.",
)
