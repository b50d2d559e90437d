"""Who may come in, and what no request may do."""
