"""Decodes untrusted picture files to upright sRGB pixels, and crops them."""
