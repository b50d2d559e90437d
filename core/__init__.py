"""A picture in, faces out: detect, guard, classify, draw. Imports no TensorFlow, no Streamlit, no WebRTC."""

import os

# ONNX Runtime, which the age estimation imports, would otherwise collect usage data and send it to its vendor.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
