"""The simplest pattern in public use: each viewer's processor builds its own models and calls them in its callback.

streamlit run tests/bench/apps/simplest.py [-- seed]

The networks are those that the live page starts with, or with `seed` FaceTracker and the seed classifier; in Keras,
with random weights, which take the same time. There is no guard and no tracker.
"""

import sys
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from streamlit_webrtc import VideoProcessorBase, WebRtcMode, webrtc_streamer

# `streamlit run` puts this file's folder on the path, not the project's.
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from training.models import facegrid, faceres, facetracker, sexyness_cnn

SEED = sys.argv[1:] == ["seed"]


class Processor(VideoProcessorBase):
    """One viewer's models and what is done with each frame."""

    def __init__(self) -> None:
        self.detector = facetracker.build(None) if SEED else facegrid.build(None)
        self.classifier = sexyness_cnn.build() if SEED else faceres.build()

    def look(self, model: Any, image: np.ndarray) -> Any:
        """What a network says of a picture, scaled to its size."""
        height, width = model.input_shape[1:3]
        return model(cv2.resize(image, (width, height)).astype(np.float32)[np.newaxis] / 255)

    def recv(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Detect, crop, rate, draw."""
        image = frame.to_ndarray(format="rgb24")
        self.look(self.detector, image)
        rating = 1 + 4 * float(np.mean(self.look(self.classifier, image[120:360, 200:440])))
        cv2.rectangle(image, (200, 120), (440, 360), (0, 255, 0), 2)
        cv2.putText(image, f"{rating:.1f}", (200, 110), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 255, 0), 2)
        return av.VideoFrame.from_ndarray(image, format="rgb24")


webrtc_streamer(
    key="live",
    mode=WebRtcMode.SENDRECV,
    rtc_configuration={"iceServers": []},
    media_stream_constraints={"video": True, "audio": False},
    video_processor_factory=Processor,
)
