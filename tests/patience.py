"""How long tests wait for what comes sooner or later: how soon is the machine's affair, and only a fault takes long."""

PATIENCE = 120.0
"""Seconds."""
