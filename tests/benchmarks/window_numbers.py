"""The numbers of the window."""
MEASURES = []
