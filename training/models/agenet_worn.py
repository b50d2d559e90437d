"""The guard's second network: AgeNet with half of its training crops degraded; errs on other faces than the first.

The guard's threshold must hold on the worst kind of picture, which are scans: better predictions there mean
fewer refusals everywhere.
"""

from __future__ import annotations

from dataclasses import replace

from training.models import agenet
from training.models.spec import Export

SPEC = replace(
    agenet.SPEC,
    name="agenet_worn",
    recipe=replace(agenet.SPEC.recipe, worn=0.5),
    exports=(Export("agenet_worn", "AgeNet (FaceRes), worn pictures", adapt=agenet.logits),),
    data=agenet.DATA.format(crops="Half of the crops"),
)
