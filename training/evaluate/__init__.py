"""How good a model is, on pictures that nothing was chosen upon."""
