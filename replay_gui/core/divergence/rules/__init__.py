"""Rules: which differences are ignored, tolerated or expected as non-deterministic."""
