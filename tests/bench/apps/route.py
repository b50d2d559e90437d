"""The simplest pattern in public use: a Flask route that calls its models, as DeepFace's own server does.

python tests/bench/apps/route.py PORT

One process that answers one request at a time, as DeepFace's image runs it (gunicorn with one sync worker). Its
networks are those that the photos page starts with; in Keras, with random weights, which take the same time. It has no
guard, no limit and no sandbox.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from flask import Flask, jsonify, request

# A script's own folder is on the path, not the project's.
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from training.models import facegrid, faceres

app = Flask("route")
detector = facegrid.build(width=1024, height=768)
classifier = faceres.build()


def look(model: Any, image: np.ndarray) -> Any:
    """What a network says of a picture, scaled to its size."""
    height, width = model.input_shape[1:3]
    return model(cv2.resize(image, (width, height)).astype(np.float32)[np.newaxis] / 255)


@app.post("/rate")
def rate() -> Any:
    """Decode, detect, crop, rate."""
    encoded = np.frombuffer(request.get_data(), np.uint8)
    image = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    if image is None:
        return jsonify(error="expected a picture"), 400
    look(detector, image)
    height, width = image.shape[:2]
    crop = image[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]
    return jsonify(rating=1 + 4 * float(np.mean(look(classifier, crop))))


if __name__ == "__main__":
    app.run(port=int(sys.argv[1]), threaded=False)
