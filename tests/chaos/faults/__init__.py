"""Faults that can be injected and repaired: one class each."""
