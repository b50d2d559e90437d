"""The networks that ship and what surrounds each: detectors, the guard, classifiers, landmarks."""
