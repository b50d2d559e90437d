"""The HTTP API: pictures in, the file contract out, by the workers and within the limits of the photos page."""
