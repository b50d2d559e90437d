"""docs/benchmarks.md, and the figures in other documents, written from the weights folder's reports.

    python -m training benchmarks

No figure is copied by hand. What has no report yet is said to have none, and every model of the manifest is told of.
"""
