"""Parts that architectures share: layers, heads, losses, and the loading of initial weights."""
