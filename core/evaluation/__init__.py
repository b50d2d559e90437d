"""Model quality: the evaluation reports in the weights folder, and the measures that summarise them."""
