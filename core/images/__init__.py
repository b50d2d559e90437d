"""Pictures from strangers become upright sRGB pixels, and crops of them."""
