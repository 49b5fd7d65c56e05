"""Rules: which differences are ignored, tolerated or known to be non-deterministic."""
