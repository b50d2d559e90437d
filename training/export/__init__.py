"""From a trained model to the file, the card and the report that ship."""
