"""How the server is reached, watched and stopped."""
