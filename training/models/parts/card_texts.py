"""Texts shared by several models' cards: training data and the licence of their weights."""

from __future__ import annotations

RESEARCH = "The weights are for non-commercial research only, as are the pictures they were trained on."

FACES = (
    "Training parts of FDDB (folds 1-7), WIDER FACE (four or five event classes) and Helen, and pictures without a "
    "face (rooms, clothes, objects, animals). The backbone was initialised with ImageNet weights."
)
RATED = (
    "Folds 2-5 of SCUT-FBP5500 (5,500 portraits rated by 60 people from 1 to 5) and MEBeauty (1,537 web portraits "
    "rated by about 24 people, converted to SCUT-FBP5500's scale). Fold 1 of SCUT-FBP5500 is the test set."
)
ADULTS = " Faces that look under 18 were left out."
IMAGENET = " Initialised with ImageNet weights."
TAUGHT = (
    " Trained by distillation: each target is half the panel's rating and half the mean prediction of {}, "
    "MobileNetV2 and EfficientNet-Lite0, which were not trained on the test pictures. Only these networks "
    "rated further training faces: adults of UTKFace, and 16,000 shifted, relit and blended views of all these faces."
)
FIRST_LAYERS = " The first layers are those of {}."

TEACH = "teach --out runs/teacher.csv"
TEACHER = "--teacher runs/teacher.csv"
"""The command that a distilled model needs first, and its option in training."""
