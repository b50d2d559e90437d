"""Exports a trained model: the file, the card and the report that ship."""
