"""Conversion of foreign formats."""
