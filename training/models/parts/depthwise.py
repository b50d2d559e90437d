"""Makes depthwise convolutions fast to train in mixed_bfloat16."""

from __future__ import annotations


def gradient_dtype(stride: int) -> str | None:
    """Return the dtype of a depthwise convolution that is trained; None to use the current policy.

    For a depthwise convolution with a stride, TensorFlow 2.21 takes twenty times as long on a CPU for the gradient with
    respect to its input in bfloat16 as in float32 (67 against 3 ms for 64 pictures of 20x20x256); without a stride,
    half as long.
    """
    return "float32" if stride > 1 else None
