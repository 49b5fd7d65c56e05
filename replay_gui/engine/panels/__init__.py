"""The requests of single panels of the window about an open run: the shown event, the notes."""
