"""How models come to be: data in, Keras models trained, measured and exported for core."""
