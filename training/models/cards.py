"""What the manifest says of each model beside its numbers: title, data, command, licence."""

from __future__ import annotations

from typing import TypedDict


class Text(TypedDict):
    """The fields of core.models.weights.Card that no measurement fills."""

    title: str
    data: str
    command: str
    licence: str


class CardText(Text):
    """Those of core.models.weights.ModelCard."""

    preprocessing: str
    mirrored: bool


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
TEACHERS = ("vgg16", "mobilenet_v2", "efficientnet_lite0")


def rating_card(
    name: str, title: str, preprocessing: str, how: str, options: str = "", mirrored: bool = True
) -> CardText:
    """A classifier's entry; how: IMAGENET, TAUGHT and its FIRST_LAYERS, or nothing. options: of its training."""
    teacher = " --teacher runs/teacher.csv" if how.startswith(TAUGHT) else ""
    command = f"python -m training train {name} --seed 1{teacher}{options} && python -m training export {name}"
    if teacher:
        command = f"python -m training teach --out runs/teacher.csv && {command}"
    return {
        "title": title,
        "preprocessing": preprocessing,
        "data": RATED + how,
        "command": command,
        "licence": RESEARCH,
        "mirrored": mirrored,
    }


CARDS: dict[str, CardText] = {
    "facegrid": {
        "title": "FaceGrid (fast, every face)",
        "preprocessing": "pixels",
        "mirrored": False,
        "data": FACES,
        "command": "python -m training train facegrid --seed 1 && python -m training export facegrid",
        "licence": RESEARCH,
    },
    "facegrid_fine": {
        "title": "FaceGrid (fine, small faces too)",
        "preprocessing": "pixels",
        "mirrored": False,
        "data": FACES,
        "command": "python -m training train facegrid --seed 1 && python -m training export facegrid_fine",
        "licence": RESEARCH,
    },
    "facetracker": {
        "title": "FaceTracker (VGG16, one face)",
        "preprocessing": "caffe",
        "mirrored": False,
        "data": FACES,
        "command": "python -m training train facetracker --seed 1 && python -m training export facetracker",
        "licence": RESEARCH,
    },
    "agenet": {
        "title": "AgeNet (FaceRes)",
        "preprocessing": "caffe",
        "mirrored": True,
        "data": "UTKFace, All-Age-Faces and FairFace's decades (training/data/aged.py): epoch and threshold chosen on "
        "their validation parts, the test parts only measured. Started from FaceRes, which learnt faces. From its "
        "sixth epoch on, All-Age-Faces were drawn as often as UTKFace and the learning rate fell anew from half its "
        "height; a run of the command from the start, ten epochs drawn so throughout, will differ a little.",
        "command": "python -m training ages --backbone-weights FACERES.npz && python -m training train agenet --seed 1 "
        "--backbone-weights FACERES.npz && python -m training export agenet",
        "licence": RESEARCH,
    },
    "faceres": {
        "title": "FaceRes (three panels)",
        "preprocessing": "caffe",
        "data": RATED
        + " And OMI, synthetic faces rated by about 37 people each. An output a panel; the rating is their "
        "mean. Started from FaceRes, which learnt faces.",
        "command": "python -m training train faceres --seed 1 --backbone-weights FACERES.npz && "
        "python -m training export faceres",
        "licence": RESEARCH,
        "mirrored": True,
    },
    "landmarks": {
        "title": "Landmarks (five points)",
        "preprocessing": "unit",
        "mirrored": False,
        "data": "Upright faces of SCUT-FBP5500, MEBeauty, UTKFace, FDDB and Helen, turned by "
        "any angle; their points are the mean of what dlib's five landmarks (CC0) say of several squares and of the "
        "mirror image. Pictures without a face. 85 % of the faces were learnt from, 5 % chosen upon, 10 % tested, by "
        "file name and not by the sets' own parts: some test pictures of FDDB and Helen are among those learnt from. "
        "The points that the file that ships learnt from were gathered in several interrupted runs of the command.",
        "command": "python -m training landmarks && python -m training train landmarks --seed 1 && "
        "python -m training export landmarks",
        "licence": RESEARCH,
    },
    "sexyness_cnn": rating_card("sexyness_cnn", "Seed classifier (small CNN)", "unit", ""),
    "vgg16": rating_card("vgg16", "VGG16", "caffe", IMAGENET),
    "mobilenet_v2": rating_card("mobilenet_v2", "MobileNetV2", "imagenet", IMAGENET, mirrored=False),
    "efficientnet_lite0": rating_card("efficientnet_lite0", "EfficientNet-Lite0", "imagenet", IMAGENET),
    "resnet18": rating_card(
        "resnet18",
        "ResNet-18",
        "caffe",
        TAUGHT + FIRST_LAYERS.format("those of our VGG16"),
        " --backbone-weights weights/vgg16.tflite",
    ),
    "cbam_resnet18": rating_card(
        "cbam_resnet18",
        "CBAM-ResNet-18",
        "imagenet",
        TAUGHT + FIRST_LAYERS.format("those of our EfficientNet-Lite0"),
        " --backbone-weights weights/efficientnet_lite0.tflite",
    ),
    "residual_masking": rating_card(
        "residual_masking",
        "Residual Masking Network (narrow)",
        "caffe",
        TAUGHT + FIRST_LAYERS.format("VGG16's, from ImageNet"),
    ),
}

ENSEMBLE = "ensemble"
"""The name of the mean in the manifest and among the results."""

MEMBERS = (
    "sexyness_cnn",
    "vgg16",
    "mobilenet_v2",
    "efficientnet_lite0",
    "resnet18",
    "cbam_resnet18",
    "residual_masking",
)
"""The seven whose unweighted mean it is."""

ENSEMBLE_CARD: Text = {
    "title": "Ensemble (mean of seven)",
    "data": "What its seven members were trained on.",
    "command": "python -m training export ensemble",
    "licence": RESEARCH,
}

TRAINED_AS = {"facegrid_fine": "facegrid"}
"""Models that are the same network, trained once, as others, but for the size of what they look at."""
