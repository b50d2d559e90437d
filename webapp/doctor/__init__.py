"""Diagnosis of what keeps the page from working on a machine: one small check per cause, each with advice."""
