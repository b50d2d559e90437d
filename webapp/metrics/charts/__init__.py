"""The charts of the metrics page: one topic per file, each a function from plain data to an Altair chart.

Text, axes and background use the theme's colours; the marks' colours are visible on light and dark.
"""
