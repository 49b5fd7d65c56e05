"""Models of the timeline."""
