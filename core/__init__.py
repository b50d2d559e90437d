"""A picture in, faces out: detect, guard, classify, draw. Imports no TensorFlow, no Streamlit, no WebRTC."""

import os

# ONNX Runtime, which the age estimation imports, would write down what it runs and send that to its makers.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
