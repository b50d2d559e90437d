"""The simplest pattern in public use: each viewer's processor builds its own models and calls them in its callback.

streamlit run tests/bench/apps/simplest.py

The networks are FaceTracker and the seed classifier in Keras, with random weights, which take the same time.
"""

import sys
from pathlib import Path

import av
import cv2
import numpy as np
from streamlit_webrtc import VideoProcessorBase, WebRtcMode, webrtc_streamer

# `streamlit run` puts this file's folder on the path, not the project's.
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from training.models import facetracker, sexyness_cnn


class Processor(VideoProcessorBase):
    """One viewer's models and what is done with each frame."""

    def __init__(self) -> None:
        self.detector = facetracker.build(None)
        self.classifier = sexyness_cnn.build()

    def recv(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Detect, crop, rate, draw."""
        image = frame.to_ndarray(format="rgb24")
        small = cv2.resize(image, (120, 120)).astype(np.float32)
        self.detector(small[np.newaxis] / 255)
        face = cv2.resize(image[120:360, 200:440], (120, 120)).astype(np.float32)
        rating = float(np.asarray(self.classifier(face[np.newaxis] / 255)).ravel()[0])
        cv2.rectangle(image, (200, 120), (440, 360), (0, 255, 0), 2)
        cv2.putText(image, f"{1 + 4 * rating:.1f}", (200, 110), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 255, 0), 2)
        return av.VideoFrame.from_ndarray(image, format="rgb24")


webrtc_streamer(
    key="live",
    mode=WebRtcMode.SENDRECV,
    rtc_configuration={"iceServers": []},
    media_stream_constraints={"video": True, "audio": False},
    video_processor_factory=Processor,
)
