"""The web application: pages, HTTP API and WebRTC, built on top of core."""
