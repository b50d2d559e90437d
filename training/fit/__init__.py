"""Training: tasks, recipes, checkpoints."""
