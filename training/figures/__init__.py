"""The figures of a model's evaluation: one file a family, each a function of plain data that returns a Figure.

Draw and save inside `training.figures.style.styled`: fonts are looked up when a figure is made and when it is saved.
"""
