"""Faces over the frames of a video, for many viewers at once."""
