"""Live sessions, of the page and of other clients: an offer by HTTP, faces by a data channel; see docs/live.md."""
