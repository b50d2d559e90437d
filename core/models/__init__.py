"""The bundled networks and the code around each: detectors, the guard, classifiers, landmarks."""
