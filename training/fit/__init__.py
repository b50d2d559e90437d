"""How a model is fitted: tasks, recipes, checkpoints."""
