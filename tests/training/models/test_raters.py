"""The classifiers with one rating: what each is, that it learns, and that what was learnt can be saved and loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from core.models.preprocess import IMAGENET_MEAN, IMAGENET_STD
from training.errors import TrainingError
from training.models import (
    cbam_resnet18,
    efficientnet_lite0,
    mobilenet_v2,
    registry,
    residual_masking,
    resnet18,
    vgg16,
)
from training.models.parts.torch_layers import conv
from training.models.spec import Family

pytestmark = pytest.mark.long

RATERS = {spec.name: spec for spec in registry.specs() if spec.family is Family.RATING}


@pytest.mark.parametrize("name", RATERS)
def test_each_ends_in_one_sigmoid_and_survives_saving(name: str, tmp_path: Path) -> None:
    model = RATERS[name].build(None)
    side = model.input_shape[1]
    assert model.name == name
    pictures = np.random.default_rng(1).normal(0, 1, (2, side, side, 3)).astype(np.float32)
    outputs = model(pictures).numpy()
    assert outputs.shape == (2, 1)
    assert (outputs >= 0).all()
    assert (outputs <= 1).all()
    assert model.layers[-1].activation is keras.activations.sigmoid
    model.save_weights(tmp_path / "w.weights.h5")
    again = RATERS[name].build(None)
    again.load_weights(tmp_path / "w.weights.h5")
    assert np.allclose(again(pictures).numpy(), outputs, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "parameters"),
    # Torchvision's 3,504,872 and EfficientNet-Lite0's 4,652,008 trainable, each with one output for 1000.
    [("mobilenet_v2", 3_504_872 - 1_279_719), ("efficientnet_lite0", 3_372_289)],
)
def test_trainable_parameters_are_those_of_the_papers_networks(name: str, parameters: int) -> None:
    assert sum(int(np.prod(weight.shape)) for weight in RATERS[name].build(None).trainable_weights) == parameters


def in_stages(model: keras.Model) -> int:
    """The parameters of the residual stages that are trained."""
    weights = [weight for layer in model.layers if layer.name.startswith("stage") for weight in layer.trainable_weights]
    return sum(int(np.prod(weight.shape)) for weight in weights)


def test_resnet18_has_the_papers_stages() -> None:
    stem, top = 9_408 + 128, 513_000
    wider = (512 - 64) * 64 * 9 + 512 * 64 + 128
    assert in_stages(resnet18.build(None)) == 11_689_512 - stem - top + wider


def test_cbam_adds_little_to_resnet18() -> None:
    added = in_stages(cbam_resnet18.build(None)) - in_stages(resnet18.build(None))
    narrower = (512 - 112) * (64 * 9 + 64)
    # A shared pair of dense layers, a 7x7 convolution of two maps and its normalisation in each of eight blocks.
    pairs = sum(2 * (2 * c * (c // 16) + c // 16 + c + 98 + 2) for c in (64, 128, 256, 512))
    assert added == pairs - narrower


def test_cbam_weighs_places_by_what_is_there() -> None:
    x = keras.Input((8, 8, 32))
    model = keras.Model(x, cbam_resnet18.spatial_attention(x, "a"))
    picture = np.zeros((1, 8, 8, 32), np.float32)
    picture[0, 2, 5] = 3.0
    model.get_layer("a_spatial_conv").set_weights([np.ones((7, 7, 2, 1), np.float32)])
    out = model(picture).numpy()
    assert out[0, 2, 5, 0] > 0.9 * 3
    assert np.count_nonzero(out) == 32


def trainable(model: keras.Model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def test_residual_masking_is_the_published_one() -> None:
    model = residual_masking.build(side=224, width=1, outputs=7, activation=None)
    assert trainable(model) == residual_masking.PARAMETERS["trainable"] == 137_796_423
    assert model.count_params() == residual_masking.PARAMETERS["all"] == 137_874_247
    parts = {
        "mask1_": 32_366_080, "mask2_": 31_885_312, "mask3_": 29_965_312, "mask4_": 22_291_456, "rating": 3_591
    }  # fmt: skip
    for prefix, count in parts.items():
        layers = [layer for layer in model.layers if layer.name.startswith(prefix)]
        assert sum(int(np.prod(w.shape)) for layer in layers for w in layer.trainable_weights) == count
    sides = {f"mask{n}_weighted": (224 // 2 ** (n + 1), 64 * 2 ** (n - 1)) for n in range(1, 5)}
    for name, (side, channels) in sides.items():
        assert model.get_layer(name).output.shape == (None, side, side, channels)


@pytest.mark.parametrize("side", [32, 64, 224])
def test_residual_masking_runs_at_any_side_divisible_by_32(side: int) -> None:
    model = residual_masking.build(side=side)
    assert model(np.zeros((1, side, side, 3), np.float32)).shape == (1, 1)


def test_a_mask_sums_to_one_over_the_channels() -> None:
    model = residual_masking.build(side=64)
    probe = keras.Model(model.input, [model.get_layer(f"mask{n}_softmax").output for n in range(1, 5)])
    for weight in probe(np.random.default_rng(0).normal(0, 1, (1, 64, 64, 3)).astype(np.float32)):
        assert np.allclose(weight.numpy().sum(-1), 1, atol=1e-5)


@pytest.mark.parametrize(("side", "width"), [(100, 1), (0, 1), (96, 0.1), (96, 0.3)])
def test_residual_masking_refuses_what_cannot_be_built(side: int, width: float) -> None:
    with pytest.raises(ValueError, match="expected a"):
        residual_masking.build(side=side, width=width)


def random_torch_weights(model: keras.Model, names: dict[str, str], seed: int) -> dict[str, Any]:
    """Random weights under PyTorch's names and in its layout."""
    rng = np.random.default_rng(seed)
    arrays: dict[str, Any] = {}
    for layer_name, name in names.items():
        layer = model.get_layer(layer_name)
        shapes = [tuple(weight.shape) for weight in layer.weights]
        if isinstance(layer, keras.layers.BatchNormalization):
            for suffix, shape in zip(("weight", "bias", "running_mean", "running_var"), shapes, strict=True):
                arrays[f"{name}.{suffix}"] = rng.uniform(0.5, 1.5, shape).astype(np.float16)
        else:
            kernel = rng.normal(0, 0.1, shapes[0])
            depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
            arrays[f"{name}.weight"] = kernel.transpose((2, 3, 0, 1) if depthwise else (3, 2, 0, 1)).astype(np.float16)
    return arrays


PORTED: list[Any] = [mobilenet_v2, efficientnet_lite0]


@pytest.mark.parametrize("module", PORTED)
def test_pytorch_weights_reach_every_layer(module: Any, tmp_path: Path) -> None:
    names = module.stored_names()
    fresh = module.build(None)
    with_weights = {layer.name for layer in fresh.layers if layer.weights}
    assert with_weights - set(names) == {"rating"}
    arrays = random_torch_weights(fresh, names, 3)
    np.savez(tmp_path / "w.npz", **arrays)
    model = module.build(tmp_path / "w.npz")
    conv = model.get_layer("block4_depth_conv").get_weights()[0]
    assert np.allclose(conv[1, 2, 7, 0], arrays[f"{names['block4_depth_conv']}.weight"][7, 0, 1, 2])
    conv = model.get_layer("top_conv").get_weights()[0]
    assert np.allclose(conv[0, 0, 5, 9], arrays[f"{names['top_conv']}.weight"][9, 5, 0, 0])
    assert not model.get_layer("stem_conv").trainable
    assert model.get_layer("top_conv").trainable
    assert not model.get_layer("top_norm").trainable


@pytest.mark.parametrize("module", PORTED)
def test_pytorch_weights_that_do_not_fit_are_refused(module: Any, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="does not exist"):
        module.build(tmp_path / "none.npz")
    fresh = module.build(None)
    arrays = random_torch_weights(fresh, module.stored_names(), 3)
    name = module.stored_names()["top_conv"]
    np.savez(tmp_path / "wrong.npz", **arrays | {f"{name}.weight": np.zeros((3, 3), np.float16)})
    with pytest.raises(TrainingError, match=name):
        module.build(tmp_path / "wrong.npz")
    del arrays[f"{name}.weight"]
    np.savez(tmp_path / "short.npz", **arrays)
    with pytest.raises(TrainingError, match=name):
        module.build(tmp_path / "short.npz")


def test_strided_convolutions_pad_as_pytorch_does() -> None:
    """A kernel that copies its centre picks the pixels 0, 2, 4, ... where Keras's "same" would pick 1, 3, 5, ..."""
    x = keras.Input((8, 8, 1))
    model = keras.Model(x, conv(x, 1, 3, "c", stride=2))
    kernel = np.zeros((3, 3, 1, 1), np.float32)
    kernel[1, 1] = 1
    model.get_layer("c").set_weights([kernel])
    picture = np.arange(64, dtype=np.float32).reshape(1, 8, 8, 1)
    assert (model(picture).numpy()[0, :, :, 0] == picture[0, ::2, ::2, 0]).all()


def test_vgg16_keeps_its_first_blocks_from_imagenet(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = keras.applications.VGG16(include_top=False, weights=None, input_shape=(160, 160, 3))
    monkeypatch.setattr(keras.applications, "VGG16", lambda **_: bare)
    model = vgg16.build("imagenet")
    frozen = {layer.name for layer in model.layers if layer.weights and not layer.trainable}
    assert frozen == {"block1_conv1", "block1_conv2", "block2_conv1", "block2_conv2"}


def test_keras_own_mobilenet_sees_the_range_it_was_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    download = keras.applications.MobileNetV2
    monkeypatch.setattr(keras.applications, "MobileNetV2", lambda **options: download(**options | {"weights": None}))
    model = mobilenet_v2.build("imagenet")
    rescaling = model.get_layer("to_keras_range")
    white = (1 - np.array(IMAGENET_MEAN)) / np.array(IMAGENET_STD)
    assert np.allclose(rescaling(white[None, None, None].astype(np.float32)), 1, atol=1e-5)
    assert model(np.zeros((1, 160, 160, 3), np.float32)).shape == (1, 1)
    learning = [layer.name for layer in model.get_layer("mobilenetv2_1.00_160").layers if layer.trainable_weights]
    assert learning[0].startswith("block_3_")
    assert not any("BN" in name or "bn" in name for name in learning)


def test_downloads_that_fail_or_do_not_exist_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_: object) -> None:
        raise OSError("no route")

    monkeypatch.setattr(keras.applications, "MobileNetV2", fails)
    for module in PORTED:
        with pytest.raises(TrainingError, match="--backbone-weights"):
            module.build("imagenet")
