"""Following the file of an open run while it is written."""
