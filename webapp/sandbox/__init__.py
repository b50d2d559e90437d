"""Rates pictures that strangers send, in processes of their own: what one of them breaks is not the server."""
