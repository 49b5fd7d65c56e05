"""Texts for people: one-line summaries of events, times, numbers, JSON Pointers; hostile text made safe."""
