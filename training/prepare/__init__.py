"""Computes what training needs beforehand: duplicates, the line between two panels, a teacher's predictions."""
