"""Server concerns: HTTPS, monitoring, connection limits and shutdown."""
