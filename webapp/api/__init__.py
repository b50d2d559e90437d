"""The HTTP API: takes pictures and returns the file contract, with the photos page's workers and limits."""
