"""Where pictures and labels come from: one module per source."""
