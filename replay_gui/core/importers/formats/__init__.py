"""The foreign formats."""
