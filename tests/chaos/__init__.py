"""Faults made on purpose, and floods, while the page is in use: what holds then, and how soon all are served again."""
