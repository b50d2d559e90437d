"""Live video without the page: an offer by HTTP, faces by a data channel. docs/live.md is its protocol."""
