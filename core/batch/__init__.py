"""Rates large numbers of pictures from folders, tables and object stores, on all cores or on a Ray cluster."""
