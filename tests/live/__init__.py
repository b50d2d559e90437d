"""A client that uses the real app like a browser, over WebSocket and WebRTC, to measure and to disturb it."""
