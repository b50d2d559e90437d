"""The figures for print: one file a family, each a function of plain data that returns a matplotlib Figure.

Draw and save inside `core.evaluation.figures.style.apply_style`: fonts are looked up when a figure is made and when it
is saved. Nothing else of core imports this package, so that matplotlib is loaded only where figures are drawn.
"""
