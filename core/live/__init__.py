"""Tracks and rates faces over the frames of a video, for many viewers at once."""
