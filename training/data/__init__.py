"""Sources of pictures and labels, one module each, and the training batches made from them."""
