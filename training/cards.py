"""What the manifest says of each model beside its numbers: title, data, command, licence."""

from __future__ import annotations

from typing import TypedDict


class CardText(TypedDict):
    """The fields of core.weights.ModelCard that no measurement fills."""

    title: str
    preprocessing: str
    data: str
    command: str
    licence: str


RESEARCH = "Weights for non-commercial research only, as their training pictures are."

CARDS: dict[str, CardText] = {
    "facetracker": {
        "title": "FaceTracker (VGG16, one face)",
        "preprocessing": "caffe",
        "data": (
            "FDDB folds 1-7, WIDER FACE (four or five event kinds) and Helen, training parts; pictures without a face "
            "(rooms, clothes, things, animals). Backbone from ImageNet."
        ),
        "command": "python -m training train facetracker --seed 1 && python -m training export facetracker",
        "licence": RESEARCH,
    },
    "sexyness_cnn": {
        "title": "Seed classifier (small CNN)",
        "preprocessing": "unit",
        "data": "SCUT-FBP5500, folds 2-5 of its 5,500 portraits rated by 60 people from 1 to 5; tested on fold 1.",
        "command": "python -m training train sexyness_cnn --seed 1 && python -m training export sexyness_cnn",
        "licence": RESEARCH,
    },
}
