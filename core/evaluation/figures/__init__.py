"""The figures for print: one file per family, each a function of plain data that returns a matplotlib Figure.

Draw and save within `core.evaluation.figures.style.apply_style`: fonts are resolved both when a figure is created and
when it is saved. Nothing else in core imports this package, so that matplotlib is loaded only where figures are drawn.
"""
