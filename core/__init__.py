"""A picture in, faces out: detect, guard, classify, draw. Imports no TensorFlow, no Streamlit, no WebRTC."""
