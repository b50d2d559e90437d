"""The sections of the metrics page, one file each."""
