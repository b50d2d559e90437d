"""Fault injection and floods while the app is in use: the invariants that must hold, and the time to recovery."""
