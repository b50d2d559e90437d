"""Evaluation of models on test pictures, which were not used for any choice."""
