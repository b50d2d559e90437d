"""Writes docs/benchmarks.md, and the figures in other documents, from the weights folder's reports.

    python -m training benchmarks

No figure is copied by hand. Anything without a report is marked as such, and every model of the manifest is listed.
"""
