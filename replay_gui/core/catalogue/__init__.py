"""The catalogue: the runs of an evaluation, their steps and their features, as Parquet files.

Modules of this package need the extra ``catalogue``; call `require_extra` before they are imported.
"""
