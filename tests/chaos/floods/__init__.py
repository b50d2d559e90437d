"""Clients that send more than they should, and the effect on live viewers."""
