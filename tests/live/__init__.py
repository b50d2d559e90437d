"""A client that uses the real app as a browser does, over WebSocket and WebRTC, to measure it and to disturb it."""
