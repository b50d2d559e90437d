"""The pages: one module each, one function `page()` in it."""
