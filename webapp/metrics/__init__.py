"""The parts of the metrics page, a file each."""
