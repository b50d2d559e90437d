"""The charts of the metrics page: one concept a file, each a function of plain data that returns an Altair chart.

Colours of text, axes and background are the theme's; what is drawn has colours that are seen on both.
"""
