"""Strangers who send more than they should: what of it reaches those who are live."""
