"""Texts shared by several models' cards: training data and the licence of their weights."""

from __future__ import annotations

RESEARCH = "Weights for non-commercial research only, as their training pictures are."

FACES = (
    "FDDB folds 1-7, WIDER FACE (four or five event kinds) and Helen, training parts; pictures without a face "
    "(rooms, clothes, things, animals). Backbone from ImageNet."
)
RATED = (
    "SCUT-FBP5500, folds 2-5 of its 5,500 portraits rated by 60 people from 1 to 5, and MEBeauty, 1,537 web portraits "
    "rated by about 24 people, on SCUT-FBP5500's scale; tested on fold 1 of SCUT-FBP5500."
)
IMAGENET = " Started from ImageNet."
TAUGHT = (
    " Half of each target is the mean rating of the three networks that started from ImageNet, which never saw the "
    "test pictures; they alone rated further adults of UTKFace, and 16,000 moved, relit and blended views of all these "
    "faces."
)
FIRST_LAYERS = " The first layers are {}."

TEACH = "teach --out runs/teacher.csv"
TEACHER = "--teacher runs/teacher.csv"
"""The command that a distilled model needs first, and its option in training."""
