"""The guard's third network: AgeNet with half of its training crops degraded like the kinds the threshold hangs on.

Scans set the guard's threshold, and three networks' mean errs less on them than two's.
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
    data=f"{agenet.SPEC.data} Half of its crops look old, grey, scanned, small or coarsely compressed.",
)
