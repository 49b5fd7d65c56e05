"""Anchors: statements on a log or a file that are kept elsewhere, signed or not, and checked later."""
