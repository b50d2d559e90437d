"""What architectures share: layers, heads, losses, and the weights that they start from."""
