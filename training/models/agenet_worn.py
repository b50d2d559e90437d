"""The guard's second network: AgeNet trained on more degraded pictures; errs on other faces than the first.

The guard's threshold must hold on the worst kind of picture, which are scans: better readings there mean
fewer refusals everywhere.
"""

from __future__ import annotations

from dataclasses import replace

from training.models import agenet
from training.models.spec import Export

SPEC = replace(
    agenet.SPEC,
    name="agenet_worn",
    recipe=replace(agenet.SPEC.recipe, worn=0.3),
    exports=(Export("agenet_worn", "AgeNet (FaceRes), worn pictures", adapt=agenet.logits),),
    data=f"{agenet.SPEC.data} Another three in ten crops were degraded to look old, grey, scanned, small or coarsely "
    "compressed.",
)
