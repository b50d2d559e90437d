"""Live sessions of the page and of other clients: offers over HTTP, faces over a data channel; see docs/live.md."""
