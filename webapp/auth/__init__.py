"""Authentication and request security."""
