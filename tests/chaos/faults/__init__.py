"""What is broken, and mended again: one class a fault."""
