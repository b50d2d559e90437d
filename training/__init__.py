"""Prepares data, and trains, evaluates and exports Keras models for core."""
