"""How good the models are: what their reports in the weights folder say, and the measures that sum it up."""
