"""Writes results: files atomically, text and tables safely, records in each of the formats."""
